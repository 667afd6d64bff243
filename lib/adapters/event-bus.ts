import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { isThrottlingError } from '@smithy/core/retry';
import type { PublishEvents } from '../ports.ts';
import { createUnavailable } from '../unavailable.ts';

const BATCH_SIZE = 10;
const SOURCE = 'chamelio-archive';

type Options = { client: EventBridgeClient; busName: string };

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
      const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries })).catch(failUnavailable);
      // What is taken beside it is published again with it: its id says so.
      if (FailedEntryCount !== 0) failUnavailable(new Error(`${FailedEntryCount} events were not taken`));
    }
  };
}

function failUnavailable(cause: unknown): never {
  const isThrottled = isThrottlingError(cause as Error & { cause?: Error });
  throw createUnavailable({ service: 'EventBridge', stage: 'publish', code: 'bus_unavailable', cause, isThrottled });
}
