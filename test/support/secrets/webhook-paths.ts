import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tellingMessage } from './aws-echoes.ts';
import { apiKey, formerWebhookSecret, shortWebhookSecret, webhookSecret } from './known-secrets.ts';
import { type ParameterAnswer, refuseParameter } from './parameter-store.ts';
import type { SecretPath } from './secret-path.ts';
import { WEBHOOK_SECRET_PARAMETER } from './secrets-world.ts';

const completed = readFileSync(join(import.meta.dirname, '../../../events/webhook.tasks-completed.json'), 'utf8');

const whileParameterIs =
  (answer: ParameterAnswer): SecretPath['walk'] =>
  async (world) => {
    world.parameters.set(WEBHOOK_SECRET_PARAMETER, answer);
    return world.post(completed).finally(world.provideSecrets);
  };

/** Parameter Store without the secret: only as long as the function has not read it. */
export const secretlessPaths: SecretPath[] = [
  {
    it: 'the webhook secret may not be read',
    shows: 'secret_unavailable',
    walk: whileParameterIs(refuseParameter('AccessDeniedException', tellingMessage)),
  },
  {
    it: 'a webhook secret is too short',
    shows: 'secret_invalid',
    walk: whileParameterIs({ value: `${webhookSecret}\n${shortWebhookSecret}` }),
  },
  { it: 'the webhook secret does not come', shows: 'secret_unavailable', walk: whileParameterIs('silence') },
];

export const webhookPaths: SecretPath[] = [
  { it: 'a webhook is taken', shows: '"outcome":"queued"', walk: (world) => world.post(completed) },
  {
    it: 'a webhook is signed with another secret',
    shows: 'signature_invalid',
    walk: (world) => world.post(completed, { secret: formerWebhookSecret }),
  },
  { it: 'a signed webhook is no JSON', shows: 'expected JSON', walk: (world) => world.post(shortWebhookSecret) },
  {
    it: 'a signed webhook is malformed',
    shows: 'data.task_id',
    walk: (world) =>
      world.post(JSON.stringify({ event: 'flows.tasks.completed', data: { task_id: ` ${apiKey}`, [apiKey]: 1 } })),
  },
  { it: 'a webhook is too large', shows: 'body_too_large', walk: (world) => world.post(apiKey.repeat(40_000)) },
  {
    it: 'SQS refuses a webhook',
    shows: 'queue_unavailable',
    walk: async (world) => {
      world.refusing.add('sqs');
      return world.post(completed).finally(() => world.refusing.delete('sqs'));
    },
  },
];
