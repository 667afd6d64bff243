import { createContended } from './ledger-errors.ts';
import type { FailedTry, RecordChange, Table, TaskLedger } from './ports.ts';
import { readTaskRecord, TASK_STEP_ID, type TaskRecord } from './record.ts';
import { replaceTaskTrigger } from './replace-trigger.ts';
import { chooseShard, isUnderWay, keepInSight } from './shard.ts';
import type { TaskTrigger } from './trigger.ts';

const MAX_RACES = 5;
const MAX_STEP_IDS = 1000;

const keyOf = (taskId: string) => ({ taskId, stepId: TASK_STEP_ID });

/**
 * The records of tasks, kept under `#task`: heard of, discovered, cancelled.
 *
 * Codes: `record_contended`, and those of the table.
 * @see docs/design.md "The record", moves
 */
export function createTaskLedger(table: Table): TaskLedger {
  /** Writes what `plan` makes of the record as it is, unless that is nothing. */
  async function change<Found extends TaskRecord | undefined>(
    taskId: string,
    plan: (found: TaskRecord | undefined) => RecordChange | Found,
  ): Promise<TaskRecord | Found> {
    for (let races = 0; races < MAX_RACES; races += 1) {
      const item = await table.read(keyOf(taskId));
      const planned = plan(item && readTaskRecord(item));
      if (planned === undefined || !('condition' in planned)) return planned;
      const changed = await table.update(keyOf(taskId), planned);
      if (changed) return readTaskRecord(changed);
    }
    throw createContended();
  }

  /** The same, of a task that was not purged. */
  const changeUnlessPurged = (taskId: string, plan: (found: TaskRecord | undefined) => RecordChange) =>
    change<TaskRecord>(taskId, (found) => (found?.status === 'PURGED' ? found : plan(found)));

  return {
    async findPurged(taskId) {
      const item = await table.read(keyOf(taskId));
      return item?.status === 'PURGED' ? readTaskRecord(item) : undefined;
    },

    openTask: (taskId, trigger) =>
      change<TaskRecord>(taskId, (found) => found ?? planNew(trigger, `t${chooseShard(taskId)}`)),

    cancelTask: (taskId) =>
      change<TaskRecord | undefined>(taskId, (found) =>
        found?.status === 'OPEN'
          ? { set: { status: 'CANCELED' }, remove: ['unfinished', 'error'], ...whileIn('OPEN') }
          : found,
      ),

    beginDiscovery: (taskId, trigger) =>
      changeUnlessPurged(taskId, (found) =>
        found ? planAgain(found, trigger) : planNew(trigger, chooseShard(taskId)),
      ),

    finishDiscovery: (taskId, { stepIds, unreachableFiles, unlistedFiles }) =>
      changeUnlessPurged(taskId, (found) => {
        const { stepIds: known = [], documentCount: count, sha256 } = found ?? {};
        const union = [...new Set([...known, ...stepIds])].slice(0, MAX_STEP_IDS);
        const isDone = union.length === 0;
        const lacksManifest = !isDone && (sha256 === undefined || union.length > known.length);
        const counts = { documentCount: union.length, unreachableFiles, unlistedFiles, notReadyCount: 0, sweeps: 0 };
        return {
          set: {
            status: 'DISCOVERED',
            stepIds: union,
            ...counts,
            ...(isDone ? {} : { unfinished: chooseShard(taskId) }),
            ...(lacksManifest ? { manifestPending: true } : {}),
          },
          remove: [
            'error',
            ...(isDone ? (['unfinished'] as const) : []),
            ...(unlistedFiles === undefined ? (['unlistedFiles'] as const) : []),
          ],
          // The ids only ever grow: as many as were read are the ones that were read.
          ...whileCounted(found?.status, count),
        };
      }),

    failDiscovery: (taskId, failure) => changeUnlessPurged(taskId, (found) => planFailed(found as TaskRecord, failure)),

    postponeManifest: (taskId) =>
      change<TaskRecord | undefined>(taskId, (found) =>
        found?.status === 'DISCOVERED'
          ? { set: { unfinished: keepInSight(found), manifestPending: true }, ...whileIn('DISCOVERED') }
          : found,
      ),
  };
}

/** As it was read, and so not purged since. */
function whileCounted(status: string | undefined, count: number | undefined) {
  if (status === undefined) return { condition: 'attribute_not_exists(#task_id)' };
  const { condition, values } = whileIn(status);
  return count === undefined
    ? { condition: `${condition} AND attribute_not_exists(#document_count)`, values }
    : { condition: `${condition} AND #document_count = :count`, values: { ...values, count } };
}

const whileIn = (status: string) => ({ condition: '#status = :before', values: { before: status } });

function planNew(trigger: TaskTrigger, unfinished: string): RecordChange {
  return {
    set: { ...replaceTaskTrigger(trigger).set, status: 'OPEN', unfinished },
    setOnce: { notReadyCount: 0, sweeps: 0 },
    condition: 'attribute_not_exists(#task_id)',
  };
}

/** A new message for a known task: what is discovered or cancelled stays so until the vendor has answered. */
function planAgain(found: TaskRecord, trigger: TaskTrigger): RecordChange {
  const { taskId, status } = found;
  const { set, remove } = replaceTaskTrigger(trigger, found);
  const isKept = status === 'DISCOVERED' || status === 'CANCELED';
  return {
    set: {
      ...set,
      unfinished: chooseShard(taskId),
      ...(isKept ? {} : { status: 'OPEN' }),
      ...(isUnderWay(found) ? {} : { notReadyCount: 0, sweeps: 0 }),
    },
    remove,
    ...whileIn(status),
  };
}

/** Only an open task fails; one that was discovered before keeps what was found. */
function planFailed({ taskId, ...found }: TaskRecord, { status, error, notReadyCount }: FailedTry): RecordChange {
  const ended = found.status === 'OPEN' && status !== 'PENDING' ? status : undefined;
  const isLeft = status === 'PENDING' || found.status === 'DISCOVERED';
  const failedShard = ended === 'FAILED' ? `f${chooseShard(taskId)}` : undefined;
  const unfinished = isLeft ? chooseShard(taskId) : failedShard;
  return {
    set: { error, notReadyCount, unfinished, ...(ended ? { status: ended } : {}) },
    remove: unfinished === undefined ? ['unfinished'] : [],
    ...whileIn(found.status),
  };
}
