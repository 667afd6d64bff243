import { describeForLog } from './errors.ts';
import type { Log } from './ports.ts';
import { type EventDependencies, publishPending } from './publish-pending.ts';
import type { StepRecord, TaskRecord } from './record.ts';

const MAX_FAILURES = 3;

export type EventCounts = { published: number; unpublished: number };

export type SweepEvents = ReturnType<typeof createSweepEvents>;

/** Publishes what records still have to get rid of. A bus that takes nothing is left alone until the next run. */
export function createSweepEvents({ log, ...dependencies }: EventDependencies & { log: Log }) {
  const counts: EventCounts = { published: 0, unpublished: 0 };
  let failuresInARow = 0;

  return {
    counts,

    /** The record if it is settled but for its events: nobody works on it, and nobody is to. */
    pickUnpublished(record: StepRecord | TaskRecord): StepRecord | undefined {
      // A task has none of these.
      const step = record as StepRecord;
      if (step.eventPending === undefined || step.leaseId !== undefined) return;
      if (step.status === 'PENDING' || step.status === 'COPYING') return;
      // An archived one with an error is to get a newer copy.
      return step.status === 'ARCHIVED' && step.error ? undefined : step;
    },

    /** The record as it is then; undefined if the bus has not taken its events. */
    async publish(record: StepRecord): Promise<StepRecord | undefined> {
      if (failuresInARow >= MAX_FAILURES) return undefined;
      try {
        const published = await publishPending(record, dependencies);
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
