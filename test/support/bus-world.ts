import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createEventBus } from '../../lib/adapters/event-bus.ts';
import { type BusFault, startEventBus } from '../../local/event-bus.ts';
import { credentials, region } from '../../local/local-account.ts';

/** A bus, and the adapter that publishes to it with one attempt. `fault.next` says what becomes of the next request. */
export async function startBusWorld() {
  const bus = await startEventBus();
  const client = new EventBridgeClient({ endpoint: bus.url, region, credentials, maxAttempts: 1 });
  return {
    ...bus,
    publish: createEventBus({ client, busName: bus.busName }),
    /** Each of the next requests ends so, or is taken; those after them are taken. */
    failNext: (...faults: (BusFault | undefined)[]) => {
      bus.fault.next = () => faults.shift();
    },
    /** What was published of a task, as [detail-type, detail]. */
    listEvents: (taskId: string) =>
      bus.events
        .filter(({ detail }) => detail.task_id === taskId)
        .map((event) => [event['detail-type'], event.detail] as const),
    close: async () => {
      client.destroy();
      await bus.close();
    },
  };
}

export type BusWorld = Awaited<ReturnType<typeof startBusWorld>>;
