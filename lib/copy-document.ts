import { PART_BYTES } from './config.ts';
import { chooseContentType } from './content-type.ts';
import { cutIntoParts } from './cut-into-parts.ts';
import { createDigest, type ContentDigest } from './digest.ts';
import { makeDocumentKey } from './document-key.ts';
import { createSource, type DocumentSource } from './document-source.ts';
import { TransientError } from './errors.ts';
import type { MemoryBudget, Reservation } from './memory-budget.ts';
import type {
  ArchivedDocument,
  DocumentAnswer,
  OpenedDocument,
  OpenLink,
  Store,
  StoredObject,
  WriteCondition,
} from './ports.ts';
import { assertSize, readDocument } from './read-document.ts';
import { fitsName, isErrorPage } from './recognise-content.ts';
import type { StepRecord } from './record.ts';
import { cutToBytes } from './text.ts';
import { uploadParts } from './upload-parts.ts';
import { writeDocument } from './write-document.ts';

/** Up to here a document is held whole and written with one request; of a larger one as much is in memory at a time. */
const HELD_PARTS = 3;
const MAX_STARTS = 3;
const MAX_FILE_NAME_BYTES = 4096;

export type CopyJob = {
  claimed: StepRecord;
  force: boolean;
  answer: DocumentAnswer;
  requestAgain: () => Promise<DocumentAnswer>;
  openLink: OpenLink;
  store: Store;
  budget: MemoryBudget;
  assertLease: () => Promise<void>;
  keyPrefix: string;
  maxDocumentBytes: number;
  signal: AbortSignal;
};

/**
 * Copies what the vendor's answer leads to into the bucket and says what is there now; undefined when the archived
 * copy is still the latest.
 *
 * Codes: `too_large`, `content_mismatch`, and those of `readDocument` and `writeDocument`.
 * @see docs/design.md "The decisions" 2, 3 and 5
 */
export async function copyDocument(job: CopyJob): Promise<ArchivedDocument | undefined> {
  const source = createSource(job);
  try {
    const memory = await job.budget.reserve(HELD_PARTS * PART_BYTES, job.signal);
    try {
      return await copyWithStarts(job, source, memory);
    } finally {
      memory.release();
    }
  } finally {
    source.close();
  }
}

async function copyWithStarts(job: CopyJob, source: DocumentSource, memory: Reservation) {
  for (let start = 1; start < MAX_STARTS; start += 1) {
    try {
      return await copyOnce(job, source, memory);
    } catch (error) {
      const isWorthless = error instanceof TransientError && error.retry.startOver === true;
      if (!isWorthless) throw error;
    }
  }
  return copyOnce(job, source, memory);
}

async function copyOnce(job: CopyJob, source: DocumentSource, memory: Reservation) {
  const { claimed, force, maxDocumentBytes: maxBytes, signal } = job;
  const opened = await source.open({ offset: 0, ifNoneMatch: force ? undefined : claimed.sourceEtag });
  if (opened === 'unchanged') return undefined;
  try {
    const { sizeBytes = 0 } = opened;
    assertSize(sizeBytes, maxBytes);
    if (opened.sizeBytes !== undefined) memory.shrinkTo(sizeBytes);
    const digest = createDigest();
    const parts = cutIntoParts(digest.watch(readDocument({ source, opened, maxBytes, signal })), PART_BYTES);
    const document = describeDocument(job, source, opened);
    return await storeDocument({ job, document, parts, finish: digest.finish });
  } finally {
    opened.close();
  }
}

type Description = Pick<ArchivedDocument, 'key' | 'fileName' | 'contentType' | 'sourceEtag'>;

function describeDocument(
  { claimed, keyPrefix }: CopyJob,
  source: DocumentSource,
  opened: OpenedDocument,
): Description {
  const fileName = cutToBytes(source.readName() ?? opened.fileName ?? 'document', MAX_FILE_NAME_BYTES);
  const { taskId, stepId } = claimed;
  return {
    key: claimed.key ?? makeDocumentKey({ taskId, stepId, fileName }, keyPrefix),
    fileName,
    contentType: chooseContentType(opened.contentType, fileName),
    sourceEtag: opened.etag,
  };
}

type Storing = {
  job: CopyJob;
  document: Description;
  parts: AsyncGenerator<Buffer>;
  finish: () => ContentDigest;
};

async function storeDocument(storing: Storing): Promise<ArchivedDocument | undefined> {
  const { job, document, parts, finish } = storing;
  const held: Buffer[] = [];
  while (held.length < HELD_PARTS) {
    const { done, value } = await parts.next();
    if (done) break;
    held.push(value);
  }
  const isWhole = (held[HELD_PARTS - 1]?.length ?? 0) < PART_BYTES;
  const first = held[0] ?? Buffer.alloc(0);
  assertDocument(first, isWhole && held.length < 2 ? first.length : Number.POSITIVE_INFINITY, document.fileName);
  const warning = fitsName(first, document.fileName) ? undefined : ('content_unrecognised' as const);

  const result = isWhole
    ? await storeWhole(storing, Buffer.concat(held), finish())
    : await storeInParts(storing, resumeParts(held, parts));
  if (!result) return undefined;
  const { content, stored } = result;
  return {
    bucket: job.store.bucket,
    ...document,
    versionId: stored.versionId,
    etag: stored.etag,
    sizeBytes: content.sizeBytes,
    sha256: content.sha256,
    warning,
  };
}

/** Hands out what is held, and lets go of it, before the rest. */
async function* resumeParts(held: Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for (let part = held.shift(); part; part = held.shift()) yield part;
  yield* rest;
}

/** Nothing is stored that is the error page of some server under a document's name. */
function assertDocument(first: Buffer, sizeBytes: number, fileName: string): void {
  if (!isErrorPage(first, sizeBytes, fileName)) return;
  const message = 'The source sent an error page instead of the document.';
  throw new TransientError({ stage: 'download', code: 'content_mismatch', message });
}

type Stored = { content: ContentDigest; stored: StoredObject } | undefined;

const isUnchanged = ({ force, claimed }: CopyJob, { sha256 }: ContentDigest) => !force && claimed.sha256 === sha256;

const createTarget = ({ claimed }: CopyJob, { key, contentType }: Description) => ({
  key,
  contentType,
  metadata: { 'task-id': claimed.taskId, 'step-id': claimed.stepId },
});

async function storeWhole({ job, document }: Storing, body: Buffer, content: ContentDigest): Promise<Stored> {
  if (isUnchanged(job, content)) return undefined;
  const { store, signal } = job;
  const target = createTarget(job, document);
  const request = {
    ...target,
    metadata: { ...target.metadata, sha256: content.sha256 },
    body,
    sha256: Buffer.from(content.sha256, 'hex').toString('base64'),
    signal,
  };
  const stored = await writeDocument({
    ...job,
    key: document.key,
    content,
    condition: { etag: job.claimed.etag },
    write: (condition) => store.putObject({ ...request, condition }),
  });
  return { content, stored };
}

async function storeInParts({ job, document, finish }: Storing, parts: AsyncIterable<Buffer>): Promise<Stored> {
  const { store, signal } = job;
  const { key } = document;
  const uploadId = await store.beginUpload(createTarget(job, document), signal);
  let isCompleted = false;
  try {
    const uploaded = await uploadParts({ store, key, uploadId, parts, signal });
    const content = finish();
    if (isUnchanged(job, content)) return undefined;
    const { crc32, sizeBytes } = content;
    const complete = { key, uploadId, parts: uploaded, crc32, sizeBytes, signal };
    const write = async (condition: WriteCondition) => {
      const outcome = await store.completeUpload({ ...complete, condition });
      isCompleted = outcome.kind === 'written';
      if (outcome.kind !== 'conflict') return outcome;
      const message = 'S3 wants the upload begun again.';
      throw new TransientError({ stage: 'store', code: 'write_conflict', message, retry: { startOver: true } });
    };
    const stored = await writeDocument({ ...job, key, content, condition: { etag: job.claimed.etag }, write });
    return { content, stored };
  } finally {
    if (!isCompleted) await store.abortUpload(key, uploadId);
  }
}
