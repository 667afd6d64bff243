import type { ArchiveRun } from './archive-run.ts';
import { classifyError, type KnownError, TransientError } from './errors.ts';
import type { Queue, TaskLedger, WorkflowApi } from './ports.ts';
import { writeRequest } from './queue-message.ts';
import type { TaskRecord } from './record.ts';
import { type Delivery, NOT_READY_DELAYS_SECONDS, planFailure } from './retry-schedule.ts';
import type { TaskTrigger } from './trigger.ts';

export type TaskDependencies = {
  workflowApi: Pick<WorkflowApi, 'listFiles' | 'listCompletedSteps'>;
  taskLedger: TaskLedger;
  queue: Pick<Queue, 'sendAll'>;
};

export type TaskRequest = { taskId: string; force: boolean; trigger: TaskTrigger };

export type TaskResult = { record: TaskRecord; failure?: KnownError };

type Found = { stepIds: string[]; unreachableFiles: number };

/**
 * Finds the steps of a task that generated documents and sends one message for each; nothing of one that was purged.
 * @throws TransientError when the message has to come back; the `#task` record says so already
 * @see docs/design.md "What the queue carries"; docs/chamelio-api.md, silence 2
 */
export async function archiveTask(
  request: TaskRequest,
  { workflowApi, taskLedger: ledger, queue }: TaskDependencies,
  { run, delivery }: { run: ArchiveRun; delivery: Delivery },
): Promise<TaskResult> {
  const { taskId, trigger } = request;
  const held: { begun?: TaskRecord } = {};
  try {
    const { begun, found } = await run.turns.take(delivery, async () => {
      run.assertTime('discover');
      held.begun = await ledger.beginDiscovery(taskId, trigger);
      if (isPurged(held.begun)) return { begun: held.begun };
      return { begun: held.begun, found: await findSteps(taskId, workflowApi, run.signal) };
    });
    if (!found) return { record: begun };
    assertDocuments(found, begun, trigger);
    const record = await ledger.finishDiscovery(taskId, found);
    if (isPurged(record)) return { record };
    const stepIds = new Set([...(record.stepIds as string[]), ...found.stepIds]);
    await queue.sendAll([...stepIds].map((stepId) => writeRequest({ ...request, stepId })));
    return { record };
  } catch (error) {
    if (!held.begun) throw error;
    const known = classifyError(error, 'discover');
    const { failure, retry } = planFailure(known, held.begun.notReadyCount, delivery.isLast);
    const record = await ledger.failDiscovery(taskId, failure).catch((unrecorded: unknown) => {
      throw retry ?? unrecorded;
    });
    if (isPurged(record)) return { record };
    if (retry) throw retry;
    return { record, failure: known };
  }
}

const isPurged = ({ status }: TaskRecord) => status === 'PURGED';

async function findSteps(
  taskId: string,
  { listFiles, listCompletedSteps }: TaskDependencies['workflowApi'],
  signal: AbortSignal,
): Promise<Found> {
  const { files, isCut } = await listFiles(taskId, signal);
  const generated = files.filter(({ isGenerated }) => isGenerated);
  const listed = new Set(generated.flatMap(({ stepId }) => stepId ?? []));
  const completed = isCut ? await listCompletedSteps(taskId, signal) : [];
  return { stepIds: [...new Set([...listed, ...completed])], unreachableFiles: generated.length - listed.size };
}

/** Right after a completion an empty list can mean "not yet": it is asked for again as after a 404. */
function assertDocuments({ stepIds }: Found, { notReadyCount }: TaskRecord, { event }: TaskTrigger): void {
  if (stepIds.length > 0 || event !== 'flows.tasks.completed' || notReadyCount >= NOT_READY_DELAYS_SECONDS.length)
    return;
  const message = 'The completed task has no generated documents, or not yet.';
  throw new TransientError({ stage: 'discover', code: 'no_documents', message, retry: { notReady: 'NOT_FOUND' } });
}
