import { createHash } from 'node:crypto';
import type { ContentDigest } from './digest.ts';
import { TransientError } from './errors.ts';
import type { StepRecord } from './record.ts';
import type { FoundObject, Store, StoredObject, WriteCondition, WriteOutcome } from './ports.ts';

const MAX_WRITES = 5;

type Options = {
  store: Pick<Store, 'findObject' | 'readObject'>;
  key: string;
  /** Its CRC-32, in base64, is worked out only where there is nothing better to compare. */
  content: ContentDigest & { crc32: () => string };
  /** What is known to lie under the key. */
  recorded: Pick<StepRecord, 'etag' | 'versionId' | 'sha256'>;
  write: (condition: WriteCondition) => Promise<WriteOutcome>;
  /** A write is only repeated, or begun after the lease's time, by whoever still has the lease. */
  assertLease: () => Promise<void>;
  isLeaseOver: () => boolean;
  signal: AbortSignal;
};

const fail = (code: string, message: string, startOver = false) =>
  new TransientError({ stage: 'store', code, message, retry: { startOver } });

/**
 * Puts content under a key as exactly one new version, whatever happened before: what is already there and equal is
 * ours, from a try whose answer or record was lost.
 *
 * Codes: `write_conflict`, `upload_gone`, and those of the store.
 * @see docs/design.md "What each answer leads to", S3 on a conditional write; "The decisions" 2
 */
export async function writeDocument(options: Options): Promise<StoredObject> {
  const { store, key, write, assertLease, isLeaseOver, recorded, signal } = options;
  const lost = await findLostCopy(options);
  if (lost) return lost;
  let condition: WriteCondition = { etag: recorded.etag };
  for (let writes = 1; writes <= MAX_WRITES; writes += 1) {
    if (writes > 1 || isLeaseOver()) await assertLease();
    const outcome = await write(condition);
    if (outcome.kind === 'written') return outcome;
    if (outcome.kind === 'missing') condition = { etag: undefined };
    if (outcome.kind === 'missing' || outcome.kind === 'conflict') continue;
    const found = await store.findObject(key, signal);
    if (found && (await isEqual(found, options))) return found;
    if (outcome.kind === 'upload_gone') throw fail('upload_gone', 'S3 no longer knows the upload.', true);
    condition = { etag: found?.etag };
  }
  throw fail('write_conflict', `Others were writing the same key, ${MAX_WRITES} times in a row.`);
}

/**
 * What a write whose record got lost has left of bytes that are copied again on purpose: their ETag is the recorded one,
 * so that only the version tells.
 */
async function findLostCopy(options: Options): Promise<StoredObject | undefined> {
  const { store, key, content, recorded, signal } = options;
  if (recorded.sha256 !== content.sha256) return;
  const found = await store.findObject(key, signal);
  return found && found.versionId !== recorded.versionId && (await isEqual(found, options)) ? found : undefined;
}

/** Compares by the strongest thing at hand: our own hash, S3's checksum of the whole object, or the bytes. */
async function isEqual(found: FoundObject, { store, key, content, signal }: Options): Promise<boolean> {
  if (found.sha256 !== undefined) return found.sha256 === content.sha256;
  if (found.sizeBytes !== content.sizeBytes) return false;
  if (found.crc32 !== undefined) return found.crc32 === content.crc32();
  const hash = createHash('sha256');
  for await (const chunk of await store.readObject(key, found.versionId, signal)) hash.update(chunk);
  return hash.digest('hex') === content.sha256;
}
