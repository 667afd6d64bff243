import type { ArchiveEvent } from './archive-event.ts';
import type { Retry } from './errors.ts';
import type { StepRecord, TaskRecord } from './record.ts';
import type { TaskTrigger, Trigger } from './trigger.ts';

/** Names one document: what the step generated, or a file that stands in the place of a step. @see lib/document-id.ts */
export type StepId = { taskId: string; stepId: string };

// ---- The vendor and its storage -----------------------------------------------------------------------------------

/** Where in the document to begin, and which version of it. ETags are strong ones, in their quotes. */
export type ReadFrom = { offset: number; ifMatch?: string | undefined; ifNoneMatch?: string | undefined };

/** An answer whose bytes have begun to flow. Whoever opens one reads it to its end or calls `close`. */
export type OpenedDocument = {
  /** Each chunk is its reader's alone, who may free its memory. */
  bytes: AsyncIterable<Buffer>;
  close: () => void;
  /** Of the whole document, where announced. */
  sizeBytes?: number | undefined;
  contentType?: string | undefined;
  /** The strong ETag, where it came with one. */
  etag?: string | undefined;
  /** As `Content-Disposition` or the URL's path calls it. */
  fileName?: string | undefined;
  /** Whether a dropped download can go on where it stopped. */
  isResumable: boolean;
};

/** What the step-document endpoint hands out: a link to the bytes, or the bytes themselves. */
export type DocumentAnswer =
  | { kind: 'link'; url: string; redirects: number; fileName?: string | undefined }
  | { kind: 'bytes'; opened: OpenedDocument };

export type DocumentLink = Extract<DocumentAnswer, { kind: 'link' }>;

export type TaskFile = {
  stepId: string | undefined;
  isGenerated: boolean;
  /** Undefined where it is none that could be asked for. */
  fileId?: string | undefined;
};

/** `unlistedCount`: how many more files the task has. */
export type TaskFiles = { files: TaskFile[]; isCut: boolean; unlistedCount: number };

/** `unlistedCount`: how many more there are, without an id that could be asked for. */
export type SignedDocuments = { fileIds: string[]; unlistedCount: number };

export type TaskStatus = 'open' | 'completed' | 'canceled';

export type WorkflowApi = {
  requestDocument: (step: StepId, signal: AbortSignal) => Promise<DocumentAnswer>;
  listFiles: (taskId: string, signal: AbortSignal) => Promise<TaskFiles>;
  listSignedDocuments: (taskId: string, signal: AbortSignal) => Promise<SignedDocuments>;
  readTaskStatus: (taskId: string, signal: AbortSignal) => Promise<TaskStatus>;
  /** The ids of the steps that are completed. */
  listCompletedSteps: (taskId: string, signal: AbortSignal) => Promise<string[]>;
};

/**
 * Opens a link without the API key. `unchanged`: the ETag to read if none matches still names the document.
 * A storage host that refuses the link is a transient error with the code `link_refused`.
 */
export type OpenLink = (
  link: DocumentLink,
  from: ReadFrom,
  signal: AbortSignal,
) => Promise<OpenedDocument | 'unchanged'>;

// ---- The store ----------------------------------------------------------------------------------------------------

/** `etag` undefined: only if there is no object under the key. */
export type WriteCondition = { etag: string | undefined };

/** `contentType` of one that was there already: whoever wrote it may have been told another. */
export type StoredObject = { etag: string; versionId?: string | undefined; contentType?: string | undefined };

/** `exists` 412, `missing` 404 under `If-Match`, `conflict` 409, `upload_gone` NoSuchUpload. */
export type WriteOutcome =
  | ({ kind: 'written' } & StoredObject)
  | { kind: 'exists' | 'missing' | 'conflict' | 'upload_gone' };

export type ObjectTarget = { key: string; contentType: string; metadata: Readonly<Record<string, string>> };

export type UploadedPart = { number: number; etag: string; crc32: string };

export type FoundObject = StoredObject & {
  sizeBytes: number;
  sha256?: string | undefined;
  /** Base64, over the whole object. */
  crc32?: string | undefined;
};

/** A body is its chunks in order. A SHA-256 is lower-case hex, as in the record; a CRC-32 is base64, as S3 takes it. */
export type Store = {
  bucket: string;
  putObject: (
    request: ObjectTarget & { body: readonly Buffer[]; sha256: string; condition: WriteCondition; signal: AbortSignal },
  ) => Promise<WriteOutcome>;
  beginUpload: (target: ObjectTarget, signal: AbortSignal) => Promise<string>;
  uploadPart: (request: {
    key: string;
    uploadId: string;
    number: number;
    body: readonly Buffer[];
    crc32: string;
    signal: AbortSignal;
  }) => Promise<UploadedPart>;
  completeUpload: (request: {
    key: string;
    uploadId: string;
    parts: readonly UploadedPart[];
    crc32: string;
    sizeBytes: number;
    condition: WriteCondition;
    signal: AbortSignal;
  }) => Promise<WriteOutcome>;
  abortUpload: (key: string, uploadId: string) => Promise<void>;
  findObject: (key: string, signal: AbortSignal) => Promise<FoundObject | undefined>;
  readObject: (key: string, versionId: string | undefined, signal: AbortSignal) => Promise<AsyncIterable<Buffer>>;
};

/**
 * A link to exactly this version of an object, which a browser saves under this name, and when it ends. It lets in whoever
 * has it: nothing but an answer may hold it.
 */
export type SignLink = (document: StoredLocation & { fileName: string }) => Promise<{ url: string; expiresAt: Date }>;

export type StoredLocation = { bucket: string; key: string; versionId?: string | undefined };

// ---- The ledger ---------------------------------------------------------------------------------------------------

export type Lease = { id: string; expiresAt: Date };

export type ArchivedDocument = {
  bucket: string;
  key: string;
  versionId?: string | undefined;
  etag: string;
  fileName: string;
  contentType: string;
  sizeBytes: number;
  sha256: string;
  sourceEtag?: string | undefined;
  warning?: 'content_unrecognised' | undefined;
};

export type RecordedError = { stage: string; code: string; message: string };

export type FailedTry = {
  status: 'PENDING' | 'FAILED' | NonNullable<Retry['notReady']>;
  error: RecordedError;
  notReadyCount: number;
};

export type StepLedger = {
  /** Claims the step for one try, or says until when somebody else has it, or that it was purged. */
  claimStep: (
    step: StepId,
    trigger: Trigger,
    lease: Lease,
  ) => Promise<{ claimed: StepRecord } | { busyUntil: Date } | { purged: StepRecord }>;
  /** Leaves nothing of a claimed record but that it was purged, as its task was. */
  buryStep: (claimed: StepRecord, lease: Lease, task: TaskRecord) => Promise<StepRecord>;
  holdsLease: (step: StepId, leaseId: string) => Promise<boolean>;
  /** `document` undefined: what is archived is still the latest. */
  finishStep: (
    claimed: StepRecord,
    lease: Lease,
    result: { document: ArchivedDocument | undefined; trigger: Trigger },
  ) => Promise<StepRecord>;
  failStep: (claimed: StepRecord, lease: Lease, failure: FailedTry) => Promise<StepRecord>;
  /**
   * Notes that all pending events of a record were published, and, if it is done, that nothing is left to do. The record
   * as it is then; undefined when somebody has changed it, or claimed it, meanwhile.
   */
  clearEvents: <Cleared extends StepRecord | TaskRecord>(
    record: Cleared,
    isDone: boolean,
  ) => Promise<Cleared | undefined>;
};

export type TaskLedger = {
  /** The record of a task that was purged. */
  findPurged: (taskId: string) => Promise<TaskRecord | undefined>;
  /** Notes a task that is under way; changes nothing on one that is known. */
  openTask: (taskId: string, trigger: TaskTrigger) => Promise<TaskRecord>;
  cancelTask: (taskId: string) => Promise<TaskRecord | undefined>;
  beginDiscovery: (taskId: string, trigger: TaskTrigger) => Promise<TaskRecord>;
  finishDiscovery: (
    taskId: string,
    found: { stepIds: readonly string[]; unreachableFiles: number; unlistedFiles?: number | undefined },
  ) => Promise<TaskRecord>;
  failDiscovery: (taskId: string, failure: FailedTry) => Promise<TaskRecord>;
  /** Leaves the manifest of a discovered task to sweep. */
  postponeManifest: (taskId: string) => Promise<TaskRecord | undefined>;
};

export type RecordAttributes = { readonly [Name in keyof StepRecord | keyof TaskRecord]?: unknown };

/** One conditional update; `updated_at` goes with each, `schema` and `created_at` with the first. */
export type RecordChange = {
  set: RecordAttributes;
  /** Only where they are not there yet. */
  setOnce?: RecordAttributes;
  add?: RecordAttributes;
  remove?: readonly (keyof RecordAttributes)[];
  /**
   * In the table's language: attributes in the names of the contract behind a `#`, and behind a `:` what is set or
   * stands in `values`.
   */
  condition: string;
  values?: Readonly<Record<string, unknown>>;
};

/** The records themselves, in the names of the contract. */
export type Table = {
  read: (key: StepId, signal?: AbortSignal) => Promise<Record<string, unknown> | undefined>;
  /** The record as it is afterwards; undefined when the condition does not hold. */
  update: (key: StepId, change: RecordChange) => Promise<Record<string, unknown> | undefined>;
};

/** Looking for records. */
export type TableQueries = {
  /**
   * One partition of the index `unfinished`: what was last changed before `until`, and not before `since`, the longest
   * unchanged first. Pages are followed as they are needed; the index lags behind the records.
   */
  listUnfinished: (partition: string, changed: { since?: Date; until: Date }) => AsyncIterable<Record<string, unknown>>;
};

/** All that is known of a task. */
export type TaskQueries = {
  /** Its records as they are now, pages followed, in the order of the step ids. */
  listRecords: (taskId: string, signal?: AbortSignal) => Promise<Record<string, unknown>[]>;
};

/** The same for whoever may not need them all. */
export type TaskPages = {
  /** One after the other, in pages that are read as they are needed. */
  followRecords: (taskId: string, signal?: AbortSignal) => AsyncIterable<Record<string, unknown>>;
};

// ---- The event bus ------------------------------------------------------------------------------------------------

/** Publishes events at least once. Rejects unless the bus took each of them. */
export type PublishEvents = (events: readonly ArchiveEvent[]) => Promise<void>;

// ---- The queue, the clock, the log --------------------------------------------------------------------------------

export type Queue = {
  send: (body: string, options?: { delaySeconds?: number; signal?: AbortSignal }) => Promise<void>;
  sendAll: (bodies: readonly string[]) => Promise<void>;
  changeVisibility: (receiptHandle: string, seconds: number) => Promise<void>;
};

/** Resolves after so many milliseconds; rejects with the signal's abortion. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Writes one line. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>>,
) => void;
