import { createEventBus } from '../../lib/adapters/event-bus.ts';
import { type BusFault, startEventBus } from '../../local/event-bus.ts';
import { connectTestClient } from './aws-clients.ts';

/** A bus, and the adapter that publishes to it with one attempt. `fault.next` says what becomes of the next request. */
export async function startBusWorld() {
  const bus = await startEventBus();
  return {
    ...bus,
    publish: createEventBus({ client: connectTestClient('events', bus.url), busName: bus.busName }),
    /** Each of the next requests ends so, or is taken; those after them are taken. */
    failNext: (...faults: (BusFault | undefined)[]) => {
      bus.fault.next = () => faults.shift();
    },
    /** What was published of a task, as [detail-type, detail]. */
    listEvents: (taskId: string) =>
      bus.events
        .filter(({ detail }) => detail.task_id === taskId)
        .map((event) => [event['detail-type'], event.detail] as const),
  };
}

export type BusWorld = Awaited<ReturnType<typeof startBusWorld>>;
