import { readEndedTask } from './ended-task.ts';
import type { TaskLedger } from './ports.ts';
import { writeManifestRequest, writeRequest } from './queue-message.ts';
import { isTask, type StepRecord, TASK_STEP_ID, type TaskRecord } from './record.ts';
import { hasEvents, isSettled, type SweepEvents } from './sweep-events.ts';
import type { SweepLedger } from './sweep-ledger.ts';
import { sweepPartitions, type SweepTools } from './sweep-partitions.ts';
import { pickTrigger } from './trigger.ts';

/** Longer than any back-off of ours: whatever has not changed since then has lost its message. */
export const UNCHANGED_MS = 2 * 3600_000;
/** What waits for as long as the vendor asked for; SQS hides no message for longer. */
const RATE_LIMITED_MS = 12 * 3600_000;
const MAX_SWEEPS = 5;
const OPEN = ['PENDING', 'COPYING', 'OPEN', 'DISCOVERED'];
const LIMIT = 10_000;

export type UnfinishedCounts = { put_back: number; finished: number; gave_up: number };

/**
 * Puts back documents and discoveries that nobody works on, and the steps that a discovered task names and that have no
 * record. What was put back five times for nothing is given up.
 *
 * Codes: those of the table and the queue.
 * @see docs/design.md "What `sweep` does", `0`–`7`
 */
export async function sweepUnfinished(
  tools: SweepTools & { events: SweepEvents; taskLedger: Pick<TaskLedger, 'postponeManifest'> },
  ledger: SweepLedger,
): Promise<UnfinishedCounts> {
  const counts: UnfinishedCounts = { put_back: 0, finished: 0, gave_up: 0 };
  const rateLimitedUntil = new Date(tools.now() - RATE_LIMITED_MS).toISOString();

  async function putBack(record: StepRecord | TaskRecord, stepIds: readonly (string | undefined)[]) {
    if (!(await ledger.putBack(record))) return;
    counts.put_back += stepIds.length;
    // That of an archived one set off what is archived, not what is to come.
    const trigger = record.status === 'ARCHIVED' ? {} : pickTrigger(record);
    return stepIds.map((stepId) => writeRequest({ taskId: record.taskId, stepId, trigger }));
  }

  const listUnclaimed = ({ stepIds = [] }: TaskRecord, records: readonly Record<string, unknown>[]): string[] => {
    const known = new Set(records.map(({ step_id }) => step_id));
    return stepIds.filter((stepId) => !known.has(stepId));
  };

  async function noteGivenUp(record: StepRecord | TaskRecord | undefined): Promise<void> {
    if (!record) return;
    counts.gave_up += 1;
    const { taskId: task_id, stepId } = record;
    const step_id = stepId === TASK_STEP_ID ? undefined : stepId;
    tools.log('error', 'gave up', { task_id, step_id, outcome: 'failed', code: record.error?.code });
    if (hasEvents(record)) await tools.events.publish(record);
  }

  async function giveUpUnclaimed(task: TaskRecord, stepIds: readonly string[]): Promise<void> {
    for (const stepId of stepIds) await noteGivenUp(await ledger.giveUpUnclaimed(task, stepId));
  }

  /** What has reached an end stays so: what is given up is what was to come. It goes when its last event has gone. */
  async function end(record: StepRecord | TaskRecord) {
    if (hasEvents(record) || !(await ledger.end(record))) return;
    counts.gave_up += 1;
    return [];
  }

  async function handleUnpublished(record: StepRecord | TaskRecord) {
    // Whoever works on it publishes what it has.
    if (!isTask(record) && Date.parse(record.leaseExpiresAt ?? '') >= tools.now()) return;
    const published = await tools.events.publish(record);
    if (isSettled(record)) return published && [];
    return handle(published ?? record);
  }

  async function handleDiscovered(task: TaskRecord) {
    const records = await tools.table.listRecords(task.taskId);
    // The index lags behind: it may have been purged since.
    const item = records.find(({ step_id }) => step_id === TASK_STEP_ID);
    if (item?.status !== 'DISCOVERED') return;
    const unclaimed = listUnclaimed(task, records);
    if (unclaimed.length > 0 && task.sweeps < MAX_SWEEPS) return putBack(task, unclaimed);
    await giveUpUnclaimed(task, unclaimed);
    if (hasEvents(task)) return;
    // Otherwise the last of its documents brings the manifest when it reaches its end.
    const lacksManifest = task.manifestPending && (await readEndedTask(item, records));
    if (lacksManifest && task.sweeps < MAX_SWEEPS) return putBackManifest(task);
    // It ends when that was written, or when it was not.
    if (task.manifestPending && unclaimed.length > 0) return [writeManifestRequest(task.taskId)];
    if (!(await ledger.end(task))) return;
    counts.finished += 1;
    if (lacksManifest) noteManifestGivenUp(task);
    return [];
  }

  /** It stays in sight until somebody has written it. */
  async function putBackManifest(task: TaskRecord) {
    if (!(await ledger.putBack(task))) return;
    counts.put_back += 1;
    return [writeManifestRequest(task.taskId)];
  }

  function noteManifestGivenUp({ taskId: task_id }: TaskRecord): void {
    counts.gave_up += 1;
    tools.log('error', 'gave up', { task_id, outcome: 'failed', code: 'manifest_unwritten' });
  }

  async function handle(record: StepRecord | TaskRecord) {
    if (record.error?.code === 'rate_limited' && record.updatedAt > rateLimitedUntil) return;
    // One with an error was to be discovered anew: whether it names all its steps is not known.
    if (record.status === 'DISCOVERED' && !record.error) return handleDiscovered(record);
    if (record.sweeps < MAX_SWEEPS) return putBack(record, [isTask(record) ? undefined : record.stepId]);
    if (!OPEN.includes(record.status)) return end(record);
    if (record.status === 'DISCOVERED') {
      await giveUpUnclaimed(record, listUnclaimed(record, await tools.table.listRecords(record.taskId)));
    }
    const givenUp = await ledger.giveUp(record);
    await noteGivenUp(givenUp);
    if (givenUp && !isTask(givenUp)) await tools.taskLedger.postponeManifest(givenUp.taskId);
    return givenUp && [];
  }

  const handleAny = (record: StepRecord | TaskRecord) =>
    hasEvents(record) ? handleUnpublished(record) : handle(record);
  const changed = { until: new Date(tools.now() - UNCHANGED_MS) };
  await sweepPartitions(tools, { prefix: '', changed, limit: LIMIT, together: 10, handle: handleAny });
  return counts;
}
