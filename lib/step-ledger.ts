import { addPending, describeArchived, describeFailed } from './archive-event.ts';
import { createContended, createLeaseLost } from './ledger-errors.ts';
import type { ArchivedDocument, FailedTry, Lease, RecordChange, StepId, StepLedger, Table } from './ports.ts';
import { isKeptByPurge, readRecord, readStepRecord, type StepRecord, stepRecordSchema } from './record.ts';
import { replaceTrigger } from './replace-trigger.ts';
import { chooseShard, isUnderWay } from './shard.ts';
import type { Trigger } from './trigger.ts';

const MAX_RACES = 5;
const LEASE = ['leaseId', 'leaseExpiresAt'] as const;
const IS_FREE = '(attribute_not_exists(#lease_expires_at) OR #lease_expires_at < :now)';
/** What a purge leaves nothing of. */
const PURGED = (Object.keys(stepRecordSchema.shape) as (keyof StepRecord)[]).filter((name) => !isKeptByPurge(name));
const NOTHING_NEW: FinishPlan = { set: {}, remove: [] };

/**
 * The records of documents: who may work on one, and what became of it.
 *
 * Codes: `lease_lost`, `record_contended`, and those of the table.
 * @param options.keepsEvents whether a record that reached an end keeps an event until it is published
 * @see docs/design.md "The record"; "The decisions" 1 and 2
 */
export function createStepLedger(
  table: Table,
  now: () => number,
  { keepsEvents = false }: { keepsEvents?: boolean } = {},
): StepLedger {
  async function readStep(step: StepId): Promise<StepRecord | undefined> {
    const item = await table.read(step);
    return item && readStepRecord(item);
  }

  const changeHeld = (claimed: StepRecord, lease: Lease, change: Omit<RecordChange, 'condition'>) =>
    table.update(claimed, { ...change, condition: '#lease_id = :held', values: { held: lease.id } });

  return {
    async claimStep(step, trigger, lease) {
      // Most steps are new: the first write assumes it, and only what stands in its way is read.
      let found: StepRecord | undefined;
      for (let races = 0; races < MAX_RACES; races += 1) {
        const claimed = await table.update(step, planClaim(found, { step, trigger, lease, now: now() }));
        if (claimed) return { claimed: readStepRecord(claimed) };
        found = await readStep(step);
        // A claim of ours whose answer got lost, and that the SDK sent again.
        if (found?.leaseId === lease.id) return { claimed: found };
        if (found?.status === 'PURGED') return { purged: found };
        const heldUntil = Date.parse(found?.leaseExpiresAt ?? '');
        if (heldUntil >= now()) return { busyUntil: new Date(heldUntil) };
      }
      throw createContended();
    },

    async buryStep(claimed, lease, { reason, purgedAt }) {
      const buried = await changeHeld(claimed, lease, { set: { status: 'PURGED', reason, purgedAt }, remove: PURGED });
      if (!buried) throw createLeaseLost();
      return readStepRecord(buried);
    },

    holdsLease: async (step, leaseId) => (await readStep(step))?.leaseId === leaseId,

    async finishStep(claimed, lease, { document, trigger }) {
      const plan = document ? planArchived(document, trigger, now()) : NOTHING_NEW;
      const eventPending = keepsEvents ? planEvents(claimed, plan) : undefined;
      const finished = await changeHeld(claimed, lease, {
        set: { ...plan.set, notReadyCount: 0, eventPending },
        remove: [...plan.remove, ...LEASE, 'error', ...(eventPending ? [] : (['unfinished', 'eventPending'] as const))],
      });
      if (finished) return readStepRecord(finished);
      const found = await readStep(claimed);
      const { sha256, versionId } = document ?? claimed;
      const isDone = found?.status === 'ARCHIVED' && found.sha256 === sha256 && found.versionId === versionId;
      if (isDone && found.leaseId === undefined) return found;
      throw createLeaseLost();
    },

    async failStep(claimed, lease, failure) {
      const failed = await changeHeld(claimed, lease, planFailed(claimed, failure, keepsEvents));
      if (failed) return readStepRecord(failed);
      const found = await readStep(claimed);
      if (found && found.leaseId === undefined && found.error?.code === failure.error.code) return found;
      throw createLeaseLost();
    },

    async clearEvents(record, isDone) {
      // What failed stays in sight.
      const isOver = isDone && record.status !== 'FAILED';
      const lease = whileHeldBy((record as Partial<StepRecord>).leaseId);
      const cleared = await table.update(record, {
        set: {},
        remove: ['eventPending', ...(isOver ? (['unfinished'] as const) : [])],
        condition: `#updated_at = :read AND #event_pending = :published AND ${IS_FREE} AND ${lease.condition}`,
        values: {
          ...lease.values,
          read: record.updatedAt,
          published: record.eventPending,
          now: new Date(now()).toISOString(),
        },
      });
      return cleared && (readRecord(cleared) as typeof record);
    },
  };
}

/** Two writes in one millisecond have the same `updated_at`: the lease tells them apart. */
const whileHeldBy = (leaseId: string | undefined) =>
  leaseId === undefined
    ? { condition: 'attribute_not_exists(#lease_id)', values: {} }
    : { condition: '#lease_id = :lease', values: { lease: leaseId } };

type Claim = { step: StepId; trigger: Trigger; lease: Lease; now: number };

/** How a step that was found in this state is claimed. */
function planClaim(found: StepRecord | undefined, { step, trigger, lease, now }: Claim): RecordChange {
  const claim = {
    leaseId: lease.id,
    leaseExpiresAt: lease.expiresAt.toISOString(),
    unfinished: chooseShard(step.taskId),
  };
  const add = { attempts: 1 };
  const zeros = { notReadyCount: 0, sweeps: 0 };
  const values = { now: new Date(now).toISOString() };
  if (found?.status === 'ARCHIVED') {
    return {
      ...(isUnderWay(found) ? { set: claim, setOnce: zeros } : { set: { ...claim, ...zeros } }),
      add,
      condition: `#status = :archived AND ${IS_FREE}`,
      values: { ...values, archived: 'ARCHIVED' },
    };
  }
  const { set, remove } = replaceTrigger(trigger);
  const copying = { ...claim, ...set, status: 'COPYING' };
  if (found === undefined || found.status === 'PENDING' || found.status === 'COPYING') {
    return {
      set: copying,
      remove,
      setOnce: zeros,
      add,
      condition: `attribute_not_exists(#task_id) OR (#status IN (:pending, :status) AND ${IS_FREE})`,
      values: { ...values, pending: 'PENDING' },
    };
  }
  return {
    set: { ...copying, ...zeros },
    remove,
    add,
    condition: '#status = :was',
    values: { was: found.status },
  };
}

type FinishPlan = { set: Partial<StepRecord>; remove: readonly (keyof StepRecord)[] };

/** What is recorded of a new copy; nothing of an older one stays beside it. */
function planArchived(document: ArchivedDocument, trigger: Trigger, now: number): FinishPlan {
  const { set, remove } = replaceTrigger(trigger);
  const absent = (['versionId', 'sourceEtag', 'warning'] as const).filter((name) => document[name] === undefined);
  return {
    set: { ...document, ...set, status: 'ARCHIVED', archivedAt: new Date(now).toISOString() },
    remove: [...remove, ...absent],
  };
}

/** The events that are to be published once this is written: of a new copy, and of what came before it. */
function planEvents(claimed: StepRecord, { set, remove }: FinishPlan): string | undefined {
  if (set.status === undefined) return claimed.eventPending;
  const removed = Object.fromEntries(remove.map((name) => [name, undefined]));
  return addPending(claimed, describeArchived({ ...claimed, ...set, ...removed }));
}

/** What once was archived stays so: there a failure only leaves its error. */
function planFailed(claimed: StepRecord, { status, error, notReadyCount }: FailedTry, keepsEvents: boolean) {
  const isArchived = claimed.status === 'ARCHIVED';
  const shard = chooseShard(claimed.taskId);
  const isFailed = status === 'FAILED' && !isArchived;
  const event = keepsEvents && isFailed ? describeFailed({ ...claimed, status, error }) : undefined;
  const eventPending = event && addPending(claimed, event);
  const isLeft = status === 'PENDING' || (keepsEvents && claimed.eventPending !== undefined);
  const endShard = isLeft ? shard : undefined;
  const unfinished = isFailed ? `f${shard}` : endShard;
  return {
    set: { error, notReadyCount, unfinished, eventPending, ...(isArchived ? {} : { status }) },
    remove: [...LEASE, ...(unfinished === undefined ? (['unfinished'] as const) : [])],
  };
}
