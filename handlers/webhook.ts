import middy from '@middy/core';
import type { CachedSecret } from '../lib/cached-secret.ts';
import { describeWebhook } from '../lib/describe-work.ts';
import { logLine } from '../lib/middleware/log-line.ts';
import { answerJson, mapHttpErrors } from '../lib/middleware/map-http-errors.ts';
import { type ValidatedEvent, validateEvent } from '../lib/middleware/validate-event.ts';
import { verifySignature } from '../lib/middleware/verify-signature.ts';
import type { Log } from '../lib/ports.ts';
import { connectWebhook } from '../lib/runtime.ts';
import { cutToLength } from '../lib/text.ts';
import { isTaskEvent, type WebhookEvent } from '../lib/webhook-event.ts';

const MAX_EVENT_LENGTH = 1024;

export type WebhookDependencies = {
  log: Log;
  now: () => number;
  secrets: CachedSecret<readonly string[]>;
  send: (body: string) => Promise<void>;
  /** Events of any other are ignored; empty: of none. */
  organizationId: string;
};

/**
 * Takes a webhook of the vendor: verify, validate, put on the queue. Answers 202, 400, 401, 413 or 503.
 * @see docs/design.md "HTTP"
 */
export const createWebhookHandler = ({ log, now, secrets, send, organizationId }: WebhookDependencies) =>
  middy({ timeoutEarlyInMillis: 0 })
    .use(logLine({ log, now, message: 'webhook', describe: describeWebhook }))
    .use(mapHttpErrors('The event could not be taken, please send it again.'))
    .use(verifySignature(secrets))
    .use(validateEvent())
    .handler(async (request: ValidatedEvent) => {
      const event = request.webhookEvent as WebhookEvent;
      request.isForeign = organizationId !== '' && ![undefined, organizationId].includes(event.organization_id);
      if (request.isForeign || !isTaskEvent(event))
        return answerJson(202, { status: 'ignored', event: cutToLength(event.event, MAX_EVENT_LENGTH) });
      await send(JSON.stringify(event));
      return answerJson(202, { status: 'queued', event_id: event.event_id ?? null });
    });

export const handler = createWebhookHandler(connectWebhook());
