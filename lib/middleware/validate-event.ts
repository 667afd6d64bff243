import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { readRawBody } from '../http-event.ts';
import { parseJson } from '../validation.ts';
import { parseWebhookEvent, type WebhookEvent } from '../webhook-event.ts';

export type ValidatedEvent = APIGatewayProxyEventV2 & {
  webhookEvent?: WebhookEvent;
  /** Whether it is of another organisation than ours; for the log. */
  isForeign?: boolean;
};

/**
 * Puts the parsed webhook event beside the body it was read from.
 * @throws RefusedError `invalid` 400 naming each field and what was expected
 */
export const validateEvent = (): MiddlewareObj<ValidatedEvent> => ({
  before: ({ event }) => {
    event.webhookEvent = parseWebhookEvent(parseJson(new TextDecoder().decode(readRawBody(event))));
  },
});
