import { readPending } from './archive-event.ts';
import type { PublishEvents, StepLedger } from './ports.ts';
import type { StepRecord, TaskRecord } from './record.ts';

export type EventDependencies = { publishEvents: PublishEvents; stepLedger: Pick<StepLedger, 'clearEvents'> };

/**
 * Publishes the events that a record still has to get rid of, and notes that; with `isDone` also that nothing else is
 * left to do. Between the two it can crash: an event is published at least once. The record as it is then; undefined when
 * somebody has changed it meanwhile, who will publish them again.
 *
 * Codes: those of the bus and the table.
 * @see docs/design.md "The record", event_pending
 */
export async function publishPending<Published extends StepRecord | TaskRecord>(
  record: Published,
  { publishEvents, stepLedger, isDone }: EventDependencies & { isDone: boolean },
): Promise<Published | undefined> {
  if (record.eventPending === undefined) return record;
  await publishEvents(readPending(record));
  return stepLedger.clearEvents(record, isDone);
}
