import { addPending, describeFailed } from './archive-event.ts';
import type { RecordChange, StepId, Table } from './ports.ts';
import { readRecord, readStepRecord, type StepRecord, TASK_STEP_ID, type TaskRecord } from './record.ts';
import { chooseShard } from './shard.ts';
import { pickTrigger } from './trigger.ts';

export type AnyRecord = StepRecord | TaskRecord;

const GAVE_UP = {
  stage: 'queue',
  code: 'gave_up',
  message: 'It was put back on the queue five times, and nothing came of it.',
} as const;

const LEASE = ['leaseId', 'leaseExpiresAt'] as const;

const planFailed = (taskId: string) => ({
  status: 'FAILED' as const,
  error: GAVE_UP,
  unfinished: `f${chooseShard(taskId)}`,
});

/**
 * What sweep writes. Each write takes a record as it was read and free, and says whether it was: two sweeps never do the
 * same thing, and nobody's work is disturbed.
 *
 * Codes: those of the table.
 * @see docs/design.md "What `sweep` does"
 */
export function createSweepLedger(
  table: Pick<Table, 'update'>,
  now: () => number,
  { keepsEvents }: { keepsEvents: boolean },
) {
  const planGivenUp = (record: AnyRecord) => {
    const failed = planFailed(record.taskId);
    if (!keepsEvents || record.stepId === TASK_STEP_ID) return failed;
    const step = record as StepRecord;
    return { ...failed, eventPending: addPending(step, describeFailed({ ...step, ...failed })) };
  };

  const take = (record: AnyRecord, change: Omit<RecordChange, 'condition' | 'values'>) =>
    table.update(record, {
      ...change,
      condition: '#updated_at = :read AND (attribute_not_exists(#lease_expires_at) OR #lease_expires_at < :now)',
      values: { read: record.updatedAt, now: new Date(now()).toISOString() },
    });
  const isTaken = async (taking: Promise<unknown>) => (await taking) !== undefined;

  return {
    /** Counts that it is put back. A task that was only heard of is under way from now on. */
    putBack: (record: AnyRecord): Promise<boolean> => {
      const isHeardOf = record.unfinished?.startsWith('t');
      const set = isHeardOf ? { unfinished: chooseShard(record.taskId) } : {};
      return isTaken(take(record, { set, add: { sweeps: 1 } }));
    },

    /** Notes that the vendor is asked about a task, and gives the record as it is then. */
    noteLookUp: async (record: TaskRecord): Promise<TaskRecord | undefined> => {
      const noted = await take(record, { set: {} });
      return noted && { ...record, updatedAt: String(noted.updated_at) };
    },

    /** Nothing is left to do. */
    end: (record: AnyRecord): Promise<boolean> => isTaken(take(record, { set: {}, remove: ['unfinished', ...LEASE] })),

    /** Leaves what was never archived or discovered among what failed; a discovery that failed, too. */
    giveUp: async (record: AnyRecord): Promise<AnyRecord | undefined> => {
      const { unfinished } = planFailed(record.taskId);
      const plan = record.status === 'DISCOVERED' ? { unfinished } : planGivenUp(record);
      const givenUp = await take(record, { set: plan, remove: LEASE });
      return givenUp && readRecord(givenUp);
    },

    /** Leaves a record of a step that its task names and that nobody ever claimed. */
    giveUpUnclaimed: async (task: TaskRecord, stepId: string): Promise<StepRecord | undefined> => {
      const step: StepId = { taskId: task.taskId, stepId };
      const counts = { attempts: 0, notReadyCount: 0, sweeps: task.sweeps };
      const { createdAt, updatedAt } = task;
      const record = { ...step, ...pickTrigger(task), ...counts, status: 'PENDING' as const, createdAt, updatedAt };
      const givenUp = await table.update(step, {
        set: { ...pickTrigger(task), ...planGivenUp(record) },
        setOnce: counts,
        condition: 'attribute_not_exists(#task_id)',
      });
      return givenUp && readStepRecord(givenUp);
    },
  };
}

export type SweepLedger = ReturnType<typeof createSweepLedger>;
