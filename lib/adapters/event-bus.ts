import { type AwsClient, callJson } from '../aws-call.ts';
import type { PublishEvents } from '../ports.ts';
import { createUnavailable } from '../unavailable.ts';

const BATCH_SIZE = 10;
const SOURCE = 'chamelio-archive';

type Options = { client: AwsClient; busName: string };

/**
 * The event bus.
 *
 * Codes: `bus_unavailable`.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function createEventBus({ client, busName: EventBusName }: Options): PublishEvents {
  return async (events) => {
    for (let start = 0; start < events.length; start += BATCH_SIZE) {
      const Entries = events.slice(start, start + BATCH_SIZE).map(({ detail_type: DetailType, detail }) => ({
        EventBusName,
        Source: SOURCE,
        DetailType,
        Detail: JSON.stringify(detail),
      }));
      const answer = await callJson(client, 'AWSEvents.PutEvents', { input: { Entries } }).catch(failUnavailable);
      const { FailedEntryCount } = answer as { FailedEntryCount?: number };
      // What is taken beside it is published again with it: its id says so.
      if (FailedEntryCount !== 0) failUnavailable(new Error(`${FailedEntryCount} events were not taken`));
    }
  };
}

function failUnavailable(cause: unknown): never {
  throw createUnavailable({ service: 'EventBridge', stage: 'publish', code: 'bus_unavailable', cause });
}
