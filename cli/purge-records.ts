import { TASK_STEP_ID } from '../lib/record.ts';
import type { StoredItem } from './adapters/stored-items.ts';
import type { PutTombstone, Tombstone } from './adapters/tombstones.ts';
import { findLeases } from './purge-look.ts';

const MAX_ROUNDS = 5;

export type Burial = {
  taskId: string;
  reason: string;
  readItems: () => Promise<StoredItem[]>;
  putTombstone: PutTombstone;
  now: () => number;
};

/**
 * Puts a tombstone in the place of each record, which still says where its object is: nobody can claim it from then on. The
 * one of the task first, so that whoever claims a step that was never heard of learns of it; then whatever there is.
 */
export async function buryRecords(burial: Burial): Promise<StoredItem[]> {
  const { taskId, readItems, putTombstone, now } = burial;
  const bury = (item: StoredItem | undefined, stepId: string) =>
    putTombstone(createTombstone({ ...burial, item, stepId }), item);
  for (let rounds = 0; rounds < MAX_ROUNDS; rounds += 1) {
    const items = await readItems();
    const task = items.find(({ step_id }) => step_id === TASK_STEP_ID);
    if (task?.status !== 'PURGED') {
      await bury(task, TASK_STEP_ID);
      continue;
    }
    const left = items.filter(({ status }) => status !== 'PURGED');
    if (left.length === 0) return items;
    const [lease] = findLeases(left, now());
    if (lease) throw new Error(describeWork(lease));
    for (const item of left) await bury(item, item.step_id);
  }
  throw new Error(`Records of task ${taskId} kept changing. Run it again.`);
}

export const describeWork = ({ stepId, until }: { stepId: string; until: string }): string =>
  `Somebody works on document ${stepId}, until ${until} at most. Run it again then.`;

/** The objects are gone: takes off where they were. */
export async function sealTombstones(
  items: readonly StoredItem[],
  { putTombstone, now }: Pick<Burial, 'putTombstone' | 'now'>,
): Promise<void> {
  for (const item of items) {
    if (item.bucket === undefined && item.key === undefined) continue;
    const { bucket: _bucket, key: _key, ...rest } = item as StoredItem & Tombstone;
    const isSealed = await putTombstone({ ...rest, updated_at: new Date(now()).toISOString() }, item);
    if (!isSealed) throw new Error(`The record of ${item.step_id} was changed meanwhile. Run it again.`);
  }
}

type Grave = Pick<Burial, 'taskId' | 'reason' | 'now'> & { item: StoredItem | undefined; stepId: string };

function createTombstone({ taskId, reason, now, item, stepId }: Grave): Tombstone {
  const time = new Date(now()).toISOString();
  const { created_at: createdAt, bucket, key }: Partial<StoredItem> = item ?? {};
  return {
    task_id: taskId,
    step_id: stepId,
    schema: 1,
    status: 'PURGED',
    reason,
    purged_at: time,
    created_at: typeof createdAt === 'string' ? createdAt : time,
    updated_at: time,
    ...(typeof bucket === 'string' && typeof key === 'string' && { bucket, key }),
  };
}
