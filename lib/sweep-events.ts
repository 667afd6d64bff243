import { describeForLog } from './errors.ts';
import type { Log } from './ports.ts';
import { type EventDependencies, publishPending } from './publish-pending.ts';
import { isTask, type StepRecord, type TaskRecord } from './record.ts';

const MAX_FAILURES = 3;

export type EventCounts = { published: number; unpublished: number };

export type SweepEvents = ReturnType<typeof createSweepEvents>;

/** Publishes what records still have to get rid of. A bus that takes nothing is left alone until the next run. */
export function createSweepEvents({ log, ...dependencies }: EventDependencies & { log: Log }) {
  const counts: EventCounts = { published: 0, unpublished: 0 };
  let failuresInARow = 0;

  return {
    counts,

    /**
     * Publishes what a record still has to get rid of, unless somebody works on it. The record as it is then; undefined
     * where it still has its events.
     */
    async publish<Published extends StepRecord | TaskRecord>(record: Published): Promise<Published | undefined> {
      if (failuresInARow >= MAX_FAILURES) return undefined;
      try {
        const published = await publishPending(record, { ...dependencies, isDone: isSettled(record) });
        failuresInARow = 0;
        counts.published += 1;
        return published;
      } catch (error) {
        failuresInARow += 1;
        counts.unpublished += 1;
        const { taskId: task_id, stepId: step_id } = record;
        log('warn', 'event unpublished', { task_id, step_id, ...describeForLog(error, 'publish') });
        return undefined;
      }
    },
  };
}

/**
 * Whether nothing but an event is left to do. An archived document with an error is to get a newer copy; of a task its
 * documents say.
 */
export function isSettled(record: StepRecord | TaskRecord): boolean {
  if (isTask(record)) return false;
  const { status, leaseId, error } = record;
  if (leaseId !== undefined || status === 'PENDING' || status === 'COPYING') return false;
  return status !== 'ARCHIVED' || error === undefined;
}

/** Whether a record still has to get rid of events. */
export const hasEvents = ({ eventPending }: StepRecord | TaskRecord): boolean => eventPending !== undefined;
