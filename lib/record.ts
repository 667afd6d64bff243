import * as z from 'zod/mini';
import { fallBack } from './fall-back.ts';

const text = z.optional(z.string());
const count = fallBack(z.number(), 0);

const errorSchema = z.optional(z.object({ stage: z.string(), code: z.string(), message: z.string() }));

const commonFields = {
  taskId: z.string(),
  stepId: z.string(),
  schema: z.optional(z.number()),
  event: text,
  eventId: text,
  organizationId: text,
  workflowId: text,
  workflowName: text,
  occurredAt: text,
  notReadyCount: count,
  sweeps: count,
  error: errorSchema,
  createdAt: z.string(),
  updatedAt: z.string(),
  unfinished: text,
  /** The events that are still to be published, as JSON. */
  eventPending: text,
  /** Why and when it was purged; then nothing else is left of it. */
  reason: text,
  purgedAt: text,
};

/** The archived object: of a document, or the manifest of a task. */
const objectFields = {
  bucket: text,
  key: text,
  versionId: text,
  etag: text,
  sizeBytes: z.optional(z.number()),
  sha256: text,
  archivedAt: text,
};

export const stepRecordSchema = z.object({
  ...commonFields,
  ...objectFields,
  status: z.enum(['PENDING', 'COPYING', 'ARCHIVED', 'NOT_AVAILABLE', 'NOT_FOUND', 'FAILED', 'PURGED']),
  fileName: text,
  contentType: text,
  sourceEtag: text,
  warning: text,
  attempts: count,
  leaseId: text,
  leaseExpiresAt: text,
});

export const taskRecordSchema = z.object({
  ...commonFields,
  ...objectFields,
  status: z.enum(['OPEN', 'DISCOVERED', 'CANCELED', 'NOT_FOUND', 'FAILED', 'PURGED']),
  stepIds: z.optional(z.array(z.string())),
  documentCount: z.optional(z.number()),
  unreachableFiles: z.optional(z.number()),
  /** At most so many files that nobody can ask for, because the vendor's lists don't name them. */
  unlistedFiles: z.optional(z.number()),
  initiatedBy: text,
  /** A manifest is still to be written, once every document has reached an end. */
  manifestPending: z.optional(z.boolean()),
});

/** What is known of one document. @see docs/design.md "The record" */
export type StepRecord = z.infer<typeof stepRecordSchema>;

/** What is known of a task, kept under the step id `#task`. */
export type TaskRecord = z.infer<typeof taskRecordSchema>;

export const TASK_STEP_ID = '#task';

/** What an archived record says of its document, all written together. */
export const pickDocument = (record: StepRecord) => ({
  bucket: record.bucket,
  key: record.key,
  versionId: record.versionId,
  etag: record.etag,
  fileName: record.fileName,
  contentType: record.contentType,
  sizeBytes: record.sizeBytes,
  sha256: record.sha256,
  sourceEtag: record.sourceEtag,
  warning: record.warning,
  archivedAt: record.archivedAt,
});

const TOMBSTONE = ['taskId', 'stepId', 'schema', 'status', 'reason', 'purgedAt', 'createdAt', 'updatedAt'];

/** Whether an attribute stays when a record is purged: nothing of the document does. */
export const isKeptByPurge = (name: string): boolean => TOMBSTONE.includes(name);

export const isTask = (record: StepRecord | TaskRecord): record is TaskRecord => record.stepId === TASK_STEP_ID;

const toSnakeCase = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Worked out once: a record is read and written several times for each document. */
const NAMES = new Map(
  Object.keys({ ...stepRecordSchema.shape, ...taskRecordSchema.shape }).map((field) => [field, toSnakeCase(field)]),
);

/** The name of an attribute in the contract. */
export const writeName = (field: string): string => NAMES.get(field) ?? toSnakeCase(field);

/** The attributes of ours in an item, by their names here. */
function readNames(item: object): Record<string, unknown> {
  const attributes = item as Record<string, unknown>;
  const record: Record<string, unknown> = {};
  for (const [field, name] of NAMES) if (name in attributes) record[field] = attributes[name];
  return record;
}

export const readStepRecord = (item: object): StepRecord => stepRecordSchema.parse(readNames(item));
export const readTaskRecord = (item: object): TaskRecord => taskRecordSchema.parse(readNames(item));

export const readRecord = (item: Record<string, unknown>): StepRecord | TaskRecord =>
  item.step_id === TASK_STEP_ID ? readTaskRecord(item) : readStepRecord(item);

/** Undefined for a record that was spoilt by hand: it must not hide the others. */
export function tryToReadRecord(item: Record<string, unknown>): StepRecord | TaskRecord | undefined {
  try {
    return readRecord(item);
  } catch {
    return undefined;
  }
}

/** A record, or some of its attributes, in the names of the contract; what is undefined is left out. */
export function writeRecord(record: { readonly [Name in keyof StepRecord | keyof TaskRecord]?: unknown }) {
  const item: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(record)) if (value !== undefined) item[writeName(field)] = value;
  return item;
}
