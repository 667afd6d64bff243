import { computeCrc32, encodeCrc32 } from './crc32.ts';
import type { ContentDigest } from './digest.ts';
import { describeObject } from './document-id.ts';
import { TransientError } from './errors.ts';
import type { ArchivedDocument, Store, StoredObject, WriteCondition } from './ports.ts';
import type { StepRecord } from './record.ts';
import { uploadParts } from './upload-parts.ts';
import { writeDocument } from './write-document.ts';

type Job = {
  claimed: StepRecord;
  force: boolean;
  store: Store;
  assertLease: () => Promise<void>;
  isLeaseOver: () => boolean;
  signal: AbortSignal;
};

type Target = Pick<ArchivedDocument, 'key' | 'contentType'>;

/** What lies in the bucket now. */
export type StoredDocument = Pick<ArchivedDocument, 'versionId' | 'etag' | 'sizeBytes' | 'sha256' | 'contentType'>;

const isUnchanged = ({ force, claimed }: Job, { sha256 }: ContentDigest) => !force && claimed.sha256 === sha256;

const createTarget = ({ claimed }: Job, { key, contentType }: Target) => ({
  key,
  contentType,
  metadata: describeObject(claimed),
});

/** An object that was there already keeps its content type. */
const describeStored = (
  { etag, versionId, contentType }: StoredObject,
  document: Target,
  { sizeBytes, sha256 }: ContentDigest,
): StoredDocument => ({ etag, versionId, contentType: contentType ?? document.contentType, sizeBytes, sha256 });

/** Writes a document with one request, which S3 checks under its SHA-256; nothing when it is the archived one. */
export async function storeWhole({
  job,
  document,
  body,
  content,
}: {
  job: Job;
  document: Target;
  body: readonly Buffer[];
  content: ContentDigest;
}): Promise<StoredDocument | undefined> {
  if (isUnchanged(job, content)) return undefined;
  const { store, signal } = job;
  const { sha256 } = content;
  const target = createTarget(job, document);
  const request = {
    ...target,
    metadata: { ...target.metadata, sha256 },
    body,
    sha256,
    signal,
  };
  const write = (condition: WriteCondition) => store.putObject({ ...request, condition });
  const { key } = document;
  const stored = await writeDocument({
    ...job,
    key,
    content: { ...content, crc32: () => encodeCrc32(computeCrc32(body)) },
    recorded: job.claimed,
    write,
  });
  return describeStored(stored, document, content);
}

/**
 * Writes a document part by part while it is read, and completes it under a CRC of the whole; nothing when it turns out
 * to be the archived one. Whatever is not completed is aborted.
 */
export async function storeInParts({
  job,
  document,
  parts,
  giveBack,
  finish,
}: {
  job: Job;
  document: Target;
  parts: AsyncIterable<readonly Buffer[]>;
  giveBack: (part: readonly Buffer[]) => void;
  finish: () => ContentDigest;
}): Promise<StoredDocument | undefined> {
  const { store, signal } = job;
  const { key } = document;
  const uploadId = await store.beginUpload(createTarget(job, document), signal);
  let isCompleted = false;
  try {
    const { parts: uploaded, crc32 } = await uploadParts({ store, key, uploadId, parts, giveBack, signal });
    const content = finish();
    if (isUnchanged(job, content)) return undefined;
    const { sizeBytes } = content;
    const complete = { key, uploadId, parts: uploaded, crc32, sizeBytes, signal };
    const write = async (condition: WriteCondition) => {
      const outcome = await store.completeUpload({ ...complete, condition });
      isCompleted = outcome.kind === 'written';
      if (outcome.kind !== 'conflict') return outcome;
      await job.assertLease();
      const message = 'S3 wants the upload begun again.';
      throw new TransientError({ stage: 'store', code: 'write_conflict', message, retry: { startOver: true } });
    };
    const stored = await writeDocument({
      ...job,
      key,
      content: { ...content, crc32: () => crc32 },
      recorded: job.claimed,
      write,
    });
    return describeStored(stored, document, content);
  } finally {
    if (!isCompleted) await store.abortUpload(key, uploadId);
  }
}
