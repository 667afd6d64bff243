import { createBufferPool } from './buffer-pool.ts';
import { PART_BYTES } from './config.ts';
import { chooseContentType } from './content-type.ts';
import { countBytes } from './count-bytes.ts';
import { cutIntoParts } from './cut-into-parts.ts';
import { createDigest } from './digest.ts';
import { makeDocumentKey } from './document-key.ts';
import { createSource, type DocumentSource } from './document-source.ts';
import { TransientError } from './errors.ts';
import type { Reservation } from './memory-budget.ts';
import type { ArchivedDocument, DocumentAnswer, OpenedDocument, OpenLink, Store, Wait } from './ports.ts';
import { assertSize, readDocument } from './read-document.ts';
import { fitsName, isErrorPage } from './recognise-content.ts';
import type { StepRecord } from './record.ts';
import { storeInParts, storeWhole } from './store-document.ts';
import { cutToBytes } from './text.ts';

const BUFFER_BYTES = 256 * 1024;
const HELD_PARTS = 3;

/** Below this a document is held whole and written with one request; of a larger one as much is in memory at a time. */
export const HELD_BYTES = HELD_PARTS * PART_BYTES;

/** No more than the documents that are copied at a time have reserved, and what the last buffer of each is not filled with. */
const pool = createBufferPool(BUFFER_BYTES);

const MAX_STARTS = 3;
const MAX_FILE_NAME_BYTES = 4096;

export type CopyJob = {
  claimed: StepRecord;
  force: boolean;
  answer: DocumentAnswer;
  requestAgain: () => Promise<DocumentAnswer>;
  openLink: OpenLink;
  store: Store;
  /** `HELD_BYTES` of it; what turns out not to be needed is given back. */
  memory: Reservation;
  assertLease: () => Promise<void>;
  isLeaseOver: () => boolean;
  wait: Wait;
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
    return await copyWithStarts(job, source);
  } finally {
    source.close();
  }
}

async function copyWithStarts(job: CopyJob, source: DocumentSource) {
  for (let start = 1; start < MAX_STARTS; start += 1) {
    try {
      return await copyOnce(job, source);
    } catch (error) {
      const isWorthless = error instanceof TransientError && error.retry.startOver === true;
      if (!isWorthless) throw error;
      // What comes now can be larger than what was given back allows.
      await job.memory.renew(job.signal);
    }
  }
  return copyOnce(job, source);
}

async function copyOnce(job: CopyJob, source: DocumentSource) {
  const { claimed, force, maxDocumentBytes: maxBytes, memory, signal, wait } = job;
  const opened = await source.open({ offset: 0, ifNoneMatch: force ? undefined : claimed.sourceEtag });
  if (opened === 'unchanged') return undefined;
  let parts: AsyncGenerator<Buffer[]> | undefined;
  try {
    const { sizeBytes } = opened;
    assertSize(sizeBytes ?? 0, maxBytes);
    if (sizeBytes !== undefined) memory.shrinkTo(sizeBytes);
    const digest = createDigest();
    const { take, giveBack } = pool;
    const isLarge = sizeBytes !== undefined && sizeBytes >= HELD_BYTES;
    const bytes = readDocument({ source, opened, maxBytes, signal, wait });
    parts = cutIntoParts(bytes, { buffers: PART_BYTES / BUFFER_BYTES, take, watch: digest.update });
    const held = await holdFirst(parts, isLarge ? 1 : HELD_PARTS);
    const body = held.flat();
    const heldBytes = countBytes(body);
    const isWhole = !isLarge && heldBytes < HELD_BYTES;
    const document = describeDocument(job, source, opened);
    const [first = Buffer.alloc(0)] = body;
    assertDocument(first, isWhole ? heldBytes : Number.POSITIVE_INFINITY, document.fileName);
    const warning = fitsName(first, document.fileName) ? undefined : ('content_unrecognised' as const);
    const stored = isWhole
      ? await storeWhole({ job, document, body, content: digest.finish() })
      : await storeInParts({ job, document, parts: joinParts(held, parts), giveBack, finish: digest.finish });
    // Not after a failure: a request that was broken off may still be at it.
    if (isWhole) giveBack(body);
    return stored && { bucket: job.store.bucket, ...document, ...stored, warning };
  } finally {
    // A download that was resumed is open elsewhere by now.
    await parts?.return(undefined);
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

/** Nothing is stored that is the error page of some server under a document's name. */
function assertDocument(first: Buffer, sizeBytes: number, fileName: string): void {
  if (!isErrorPage(first, sizeBytes, fileName)) return;
  const message = 'The source sent an error page instead of the document.';
  throw new TransientError({ stage: 'download', code: 'content_mismatch', message });
}

async function holdFirst(parts: AsyncGenerator<Buffer[]>, maxParts: number): Promise<Buffer[][]> {
  const held: Buffer[][] = [];
  while (held.length < maxParts) {
    const { done, value } = await parts.next();
    if (done) break;
    held.push(value);
  }
  return held;
}

/** Hands out what is held, and lets go of it, before the rest. */
async function* joinParts(held: Buffer[][], rest: AsyncIterable<Buffer[]>): AsyncGenerator<Buffer[]> {
  for (let part = held.shift(); part; part = held.shift()) yield part;
  yield* rest;
}
