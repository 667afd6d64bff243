import { randomUUID } from 'node:crypto';
import { createWorkflowApi } from '../lib/adapters/workflow-api.ts';
import { keepSecret } from '../lib/cached-secret.ts';
import {
  createApiKeySchema,
  type Environment,
  readVendorConfig,
  readWebhookSecrets,
  createWebhookSecretsSchema,
} from '../lib/config.ts';
import { createHttpGet } from '../lib/http-get.ts';
import { readSecret } from './read-secret.ts';
import { type Finding, good, judge, unknown, type Verdict, warn, wrong } from './verdict.ts';

const TIMEOUT_MS = 15_000;
const ACTION = 'ssm:GetParameter';

/** Whoever operates the archive need not have the secrets at hand. */
const isSet = (env: Environment, name: string) => env[name] !== undefined || Boolean(env[`${name}_PARAMETER`]);

const skip = (name: string) =>
  unknown(`neither ${name} nor ${name}_PARAMETER is set`, 'Set one of them to have it checked.');

/** The webhook secret: can it be read, and is it long enough? How many there are is no secret. */
export const checkWebhookSecret = (env: Environment): Promise<Finding> =>
  judge('webhook secret', ACTION, async () => {
    if (!isSet(env, 'CHAMELIO_WEBHOOK_SECRET')) return skip('CHAMELIO_WEBHOOK_SECRET');
    const secrets = await readSecret(readWebhookSecrets(env), createWebhookSecretsSchema());
    return good(secrets.length === 1 ? 'one is accepted' : `${secrets.length} are accepted`);
  });

/** The vendor's key, by asking for a task that cannot be there: it costs nothing and shows nothing. */
export const checkVendorKey = (env: Environment): Promise<Finding> =>
  judge('vendor key', ACTION, async () => {
    if (!isSet(env, 'CHAMELIO_API_KEY')) return skip('CHAMELIO_API_KEY');
    const { baseUrl, apiKey: setting } = readVendorConfig(env);
    const apiKey = keepSecret(await readSecret(setting, createApiKeySchema()));
    const http = createHttpGet();
    const { readTaskStatus } = createWorkflowApi({ baseUrl, apiKey, get: http.get, now: Date.now });
    try {
      await readTaskStatus(`doctor-${randomUUID()}`, AbortSignal.timeout(TIMEOUT_MS));
      return warn(`${baseUrl} knows a task that cannot be there`, 'Look whether CHAMELIO_BASE_URL is the vendor.');
    } catch (error) {
      return judgeAnswer(error as Error & { code?: string }, baseUrl);
    } finally {
      http.close();
    }
  });

function judgeAnswer({ code, message }: Error & { code?: string }, baseUrl: string): Verdict {
  if (code === 'not_found' || code === 'id_refused') return good(`${baseUrl} takes it`);
  if (code === 'unauthorized') return wrong(message, 'Put a key that is valid into CHAMELIO_API_KEY or its parameter.');
  if (code === 'rate_limited' || code === 'server_error') return unknown(message, 'Try again later.');
  return wrong(message, `Look whether CHAMELIO_BASE_URL (${baseUrl}) is the vendor, and can be reached from here.`);
}
