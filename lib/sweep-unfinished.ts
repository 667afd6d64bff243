import { writeRequest } from './queue-message.ts';
import { type StepRecord, TASK_STEP_ID, type TaskRecord } from './record.ts';
import type { SweepLedger } from './sweep-ledger.ts';
import { sweepPartitions, type SweepTools } from './sweep-partitions.ts';
import { pickTrigger } from './trigger.ts';

/** Longer than any back-off: whatever has not changed since then has lost its message. */
const UNCHANGED_MS = 2 * 3600_000;
const MAX_SWEEPS = 5;
const LIMIT = 10_000;

export type UnfinishedCounts = { put_back: number; finished: number; gave_up: number };

/**
 * Puts back documents and discoveries that nobody works on, and the steps that a discovered task names and that have no
 * record. What was put back five times for nothing is given up.
 *
 * Codes: those of the table and the queue.
 * @see docs/design.md "What `sweep` does", `0`–`7`
 */
export async function sweepUnfinished(tools: SweepTools, ledger: SweepLedger): Promise<UnfinishedCounts> {
  const counts: UnfinishedCounts = { put_back: 0, finished: 0, gave_up: 0 };

  async function putBack(record: StepRecord | TaskRecord, stepIds: readonly (string | undefined)[]) {
    if (!(await ledger.putBack(record))) return;
    counts.put_back += stepIds.length;
    const trigger = pickTrigger(record);
    return stepIds.map((stepId) => writeRequest({ taskId: record.taskId, ...(stepId && { stepId }), trigger }));
  }

  async function finishDiscovered(task: TaskRecord) {
    const known = new Set(await tools.table.listStepIds(task.taskId));
    const unclaimed = (task.stepIds ?? []).filter((stepId) => !known.has(stepId));
    if (unclaimed.length > 0 && task.sweeps < MAX_SWEEPS) return putBack(task, unclaimed);
    for (const stepId of unclaimed) counts.gave_up += Number(await ledger.giveUpUnclaimed(task, stepId));
    if (!(await ledger.end(task))) return;
    counts.finished += 1;
    return [];
  }

  async function handle(record: StepRecord | TaskRecord) {
    const isTask = record.stepId === TASK_STEP_ID;
    // One with an error was to be discovered anew: whether it names all its steps is not known.
    if (isTask && record.status === 'DISCOVERED' && !record.error) return finishDiscovered(record);
    if (record.sweeps < MAX_SWEEPS) return putBack(record, [isTask ? undefined : record.stepId]);
    if (!(await ledger.giveUp(record))) return;
    counts.gave_up += 1;
    return [];
  }

  const changed = { until: new Date(tools.now() - UNCHANGED_MS) };
  await sweepPartitions(tools, { prefix: '', changed, limit: LIMIT, together: 10, handle });
  return counts;
}
