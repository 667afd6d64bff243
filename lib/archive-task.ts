import type { ArchiveRun } from './archive-run.ts';
import type { DocumentScope } from './config.ts';
import { nameFile, readDocumentId } from './document-id.ts';
import { classifyError, type KnownError, TransientError } from './errors.ts';
import type { Queue, SignedDocuments, TaskLedger, WorkflowApi } from './ports.ts';
import { writeRequest } from './queue-message.ts';
import type { TaskRecord } from './record.ts';
import { type Delivery, NOT_READY_DELAYS_SECONDS, planFailure } from './retry-schedule.ts';
import type { TaskTrigger } from './trigger.ts';

export type TaskDependencies = {
  workflowApi: Pick<WorkflowApi, 'listFiles' | 'listCompletedSteps' | 'listSignedDocuments'>;
  documentScope: DocumentScope;
  taskLedger: TaskLedger;
  queue: Pick<Queue, 'sendAll'>;
};

export type TaskRequest = { taskId: string; force: boolean; trigger: TaskTrigger };

export type TaskResult = { record: TaskRecord; failure?: KnownError };

/** `late`: why it may not be all. */
type Found = { stepIds: string[]; unreachableFiles: number; unlistedFiles?: number | undefined; late?: unknown };

/**
 * Finds the documents of a task, those that steps generated or all, and sends one message for each; nothing of one that
 * was purged.
 * @throws TransientError when the message has to come back; the `#task` record says so already
 * @see docs/design.md "What the queue carries"; docs/chamelio-api.md, silence 2
 */
export async function archiveTask(
  request: TaskRequest,
  { workflowApi, documentScope, taskLedger: ledger, queue }: TaskDependencies,
  { run, delivery }: { run: ArchiveRun; delivery: Delivery },
): Promise<TaskResult> {
  const { taskId, trigger } = request;
  const held: { begun?: TaskRecord } = {};
  try {
    const { begun, found } = await run.turns.take(delivery, async () => {
      run.assertTime('discover');
      held.begun = await ledger.beginDiscovery(taskId, trigger);
      if (isPurged(held.begun)) return { begun: held.begun };
      const isLastTry = held.begun.notReadyCount >= NOT_READY_DELAYS_SECONDS.length;
      const search = { documentScope, isLastTry, signal: run.signal };
      const documents = await findDocuments(taskId, workflowApi, search);
      run.turns.heed(documents.late, delivery);
      return { begun: held.begun, found: documents };
    });
    if (!found) return { record: begun };
    const late = found.late ?? findDelay(found, begun, trigger);
    if (late && found.stepIds.length === 0) throw late;
    const record = await ledger.finishDiscovery(taskId, found);
    if (isPurged(record)) return { record };
    const known = (record.stepIds as string[]).filter((stepId) => isWanted(stepId, documentScope));
    await queue.sendAll(
      [...new Set([...known, ...found.stepIds])].map((stepId) => writeRequest({ ...request, stepId })),
    );
    // What is known waits for nothing that is not.
    if (late) throw late;
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

/** Files that are known from when all documents were wanted are left alone now that only generated ones are. */
const isWanted = (stepId: string, documentScope: DocumentScope) =>
  documentScope === 'all' || readDocumentId(stepId).kind === 'step';

type Search = { documentScope: DocumentScope; isLastTry: boolean; signal: AbortSignal };

async function findDocuments(
  taskId: string,
  workflowApi: TaskDependencies['workflowApi'],
  search: Search,
): Promise<Found> {
  const list = await workflowApi.listFiles(taskId, search.signal);
  const generated = list.files.filter(({ isGenerated }) => isGenerated);
  const listed = new Set(generated.flatMap(({ stepId }) => stepId ?? []));
  const completed = list.isCut ? await workflowApi.listCompletedSteps(taskId, search.signal) : [];
  const stepIds = [...new Set([...listed, ...completed])];
  const found = { stepIds, unreachableFiles: generated.length - listed.size };
  if (search.documentScope === 'generated') return found;
  const uploaded = list.files.filter(({ isGenerated }) => !isGenerated);
  const fileIds = uploaded.flatMap(({ fileId }) => fileId ?? []);
  const { late, ...signed } = await listSigned(taskId, workflowApi, search);
  const unlistedFiles = list.unlistedCount + uploaded.length - fileIds.length + signed.unlistedCount;
  const others = [
    ...fileIds.map((fileId) => nameFile('file', fileId)),
    ...signed.fileIds.map((fileId) => nameFile('signed', fileId)),
  ];
  const all = [...new Set([...stepIds, ...others])];
  return { ...found, stepIds: all, unlistedFiles: unlistedFiles || undefined, late };
}

/** No signed documents, or not yet, or not for us: no task loses its other documents for it. */
async function listSigned(
  taskId: string,
  { listSignedDocuments }: TaskDependencies['workflowApi'],
  { isLastTry, signal }: Search,
): Promise<SignedDocuments & { late?: unknown }> {
  const none = { fileIds: [], unlistedCount: 0 };
  try {
    return await listSignedDocuments(taskId, signal);
  } catch (error) {
    const isNotThere = error instanceof TransientError && error.retry.notReady !== undefined;
    return isNotThere && isLastTry ? none : { ...none, late: error };
  }
}

/** Right after a completion no generated documents can mean "not yet": they are asked for again as after a 404. */
function findDelay({ stepIds }: Found, { notReadyCount }: TaskRecord, { event }: TaskTrigger): unknown {
  const isGenerated = stepIds.some((stepId) => readDocumentId(stepId).kind === 'step');
  if (isGenerated || event !== 'flows.tasks.completed' || notReadyCount >= NOT_READY_DELAYS_SECONDS.length)
    return undefined;
  const message = 'The completed task has no generated documents, or not yet.';
  return new TransientError({ stage: 'discover', code: 'no_documents', message, retry: { notReady: 'NOT_FOUND' } });
}
