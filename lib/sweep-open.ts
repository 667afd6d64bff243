import { classifyError, describeForLog, TransientError } from './errors.ts';
import type { TaskLedger, Wait, WorkflowApi } from './ports.ts';
import { writeRequest } from './queue-message.ts';
import type { StepRecord, TaskRecord } from './record.ts';
import type { SweepLedger } from './sweep-ledger.ts';
import { sweepPartitions, type SweepTools } from './sweep-partitions.ts';

const DAY_MS = 24 * 3600_000;
const LIMIT = 500;
/** Five questions a second at most: polite to a vendor that documents no rate limit. */
const PAUSE_MS = 200;
const MAX_FAILURES = 3;

export type OpenTools = SweepTools & {
  workflowApi: Pick<WorkflowApi, 'readTaskStatus'>;
  taskLedger: Pick<TaskLedger, 'cancelTask' | 'postponeManifest'>;
  wait: Wait;
  signal: AbortSignal;
};

export type OpenCounts = { asked: number; completed: number; canceled: number; failed: number };

/**
 * Asks the vendor, once a day each, what became of tasks that were heard of and never completed: a completion that got
 * lost is found here. A vendor that is down, or wants quiet, is left alone until the next run.
 *
 * Codes: those of the table and the queue.
 * @see docs/design.md "What `sweep` does", `t0`–`t7`
 */
export async function sweepOpen(tools: OpenTools, ledger: SweepLedger): Promise<OpenCounts> {
  const counts: OpenCounts = { asked: 0, completed: 0, canceled: 0, failed: 0 };
  let failuresInARow = 0;

  async function readStatus(taskId: string) {
    counts.asked += 1;
    try {
      const status = await tools.workflowApi.readTaskStatus(taskId, tools.signal);
      failuresInARow = 0;
      return status;
    } catch (error) {
      counts.failed += 1;
      const known = classifyError(error, 'discover');
      tools.log('warn', 'look-up failed', { task_id: taskId, ...describeForLog(known, known.stage) });
      const { notReady, brake } = known instanceof TransientError ? known.retry : {};
      const isAboutTask = known.code === 'id_refused' || notReady !== undefined;
      failuresInARow = isAboutTask ? 0 : failuresInARow + (brake ? MAX_FAILURES : 1);
      return 'open';
    }
  }

  async function handle(record: StepRecord | TaskRecord) {
    const noted = await ledger.noteLookUp(record as TaskRecord);
    if (!noted) return;
    if (counts.asked > 0) await tools.wait(PAUSE_MS, tools.signal);
    const status = await readStatus(record.taskId);
    if (status === 'canceled') {
      await tools.taskLedger.cancelTask(record.taskId);
      counts.canceled += 1;
    }
    if (status !== 'completed' || !(await ledger.putBack(noted))) return [];
    counts.completed += 1;
    // The vendor says what the event that got lost would have said.
    const { organizationId, workflowId, workflowName } = record;
    const trigger = { event: 'flows.tasks.completed', organizationId, workflowId, workflowName };
    return [writeRequest({ taskId: record.taskId, trigger })];
  }

  const changed = { until: new Date(tools.now() - DAY_MS) };
  const hasTime = () => failuresInARow < MAX_FAILURES && tools.hasTime();
  await sweepPartitions({ ...tools, hasTime }, { prefix: 't', changed, limit: LIMIT, together: 1, handle });
  return counts;
}
