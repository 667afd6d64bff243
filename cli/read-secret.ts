import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type * as z from 'zod/mini';
import { createSecretReader } from '../lib/adapters/secret.ts';
import type { SecretSetting } from '../lib/config.ts';

const TIMEOUT_MS = 10_000;

/** The secret itself, or what its SSM parameter holds. Codes: `secret_unavailable`, `secret_invalid`. */
export async function readSecret<T>(setting: SecretSetting<T>, schema: z.ZodMiniType<T>): Promise<T> {
  if ('value' in setting) return setting.value;
  const client = new SSMClient();
  try {
    const command = new GetParameterCommand({ Name: setting.parameter, WithDecryption: true });
    const read = async (abortSignal: AbortSignal) => (await client.send(command, { abortSignal })).Parameter?.Value;
    return await createSecretReader({ read, schema, timeoutMs: TIMEOUT_MS })();
  } finally {
    client.destroy();
  }
}
