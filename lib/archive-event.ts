import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { EndedTask } from './manifest.ts';
import { pickDocument, type StepRecord, TASK_STEP_ID, writeRecord } from './record.ts';
import { pickTrigger } from './trigger.ts';

const eventSchema = z.object({
  detail_type: z.enum(['Document Archived', 'Document Failed', 'Task Archived']),
  detail: z.looseObject({ id: z.string() }),
});

/** What the bus is told, in the names of the contract. @see docs/events.md */
export type ArchiveEvent = z.infer<typeof eventSchema>;

/** The same for the same version of the same thing, however often it is published. */
const createEventId = (...version: readonly (string | number | undefined)[]) =>
  createHash('sha256').update(JSON.stringify(version)).digest('hex');

/** What is to be published once the record says this. */
export function describeArchived(record: StepRecord): ArchiveEvent {
  const { taskId, stepId, versionId, etag } = record;
  const id = createEventId(taskId, stepId, versionId ?? etag);
  const told = writeRecord({ taskId, stepId, ...pickDocument(record), ...pickTrigger(record) });
  return { detail_type: 'Document Archived', detail: { id, ...told } };
}

/** What is to be published once the record says this; a later failure of the same document is another event. */
export function describeFailed(record: StepRecord): ArchiveEvent {
  const { taskId, stepId, status, error, attempts } = record;
  const id = createEventId(taskId, stepId, 'FAILED', attempts);
  const told = writeRecord({ taskId, stepId, status, error, attempts, ...pickTrigger(record) });
  return { detail_type: 'Document Failed', detail: { id, ...told } };
}

/** What is to be published once the record says that this is the manifest of the task. */
export function describeTaskArchived({ task, documents }: EndedTask): ArchiveEvent {
  const { taskId, bucket, key, versionId, etag, sizeBytes, sha256, archivedAt } = task;
  const id = createEventId(taskId, TASK_STEP_ID, versionId ?? etag);
  const told = writeRecord({
    taskId,
    bucket,
    key,
    versionId,
    etag,
    sizeBytes,
    sha256,
    archivedAt,
    ...pickTrigger(task),
  });
  return { detail_type: 'Task Archived', detail: { id, ...told, documents: countStatuses(documents) } };
}

/** In the order of the first of each, which is that of the manifest. */
function countStatuses(documents: EndedTask['documents']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of documents) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The events that a record still has to get rid of, the oldest first; what was spoilt by hand keeps nobody from archiving. */
export function readPending({ eventPending = '[]' }: { eventPending?: string | undefined }): ArchiveEvent[] {
  try {
    return z.array(eventSchema).parse(JSON.parse(eventPending));
  } catch {
    return [];
  }
}

/** Far below what a record, or one request to the bus, may hold: the bus must never stop the archive. */
const MAX_PENDING = 20;

/**
 * One more. What could not be published yet is kept, for it may be of another version; of failures in a row only the
 * last is, and of all the latest 20.
 */
export function addPending(record: { eventPending?: string | undefined }, event: ArchiveEvent): string {
  const pending = readPending(record);
  const isFailure = (one: ArchiveEvent | undefined) => one?.detail_type === 'Document Failed';
  const kept = isFailure(event) && isFailure(pending.at(-1)) ? pending.slice(0, -1) : pending;
  return JSON.stringify([...kept, event].slice(-MAX_PENDING));
}
