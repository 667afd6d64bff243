import { isDeepStrictEqual } from 'node:util';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { isUnderWay } from '../lib/shard.ts';
import type { ArchiveRecords } from './adapters/archive-records.ts';
import type { OpenArchived } from './adapters/archived-objects.ts';
import type { StoredItem } from './adapters/stored-items.ts';
import type { Context } from './context.ts';
import { describeFailure } from './describe-failure.ts';
import type { DocumentKind, Finding } from './verify-finding.ts';
import { compareObject, type Comparison, type S3Checksum } from './verify-object.ts';
import { type ArchivedRecord, recogniseRecord } from './verify-record.ts';

/**
 * What became of one record; `checksum` where its object was read. `being_replaced`: without versions, a newer object lies
 * under the recorded key while archive has not recorded it yet.
 */
export type Outcome =
  | { kind: 'task' }
  | { kind: 'being_replaced' }
  | { kind: 'not_archived'; status: string }
  | { kind: 'right'; checksum: S3Checksum }
  | { kind: DocumentKind; finding: Finding; checksum?: S3Checksum };

export type VerifyDependencies = Pick<Context, 'wait' | 'signal'> & {
  records: Pick<ArchiveRecords, 'read'>;
  openArchived: OpenArchived;
  onBytes: (sizeBytes: number) => void;
};

const MAX_TRIES = 3;
const MAX_LOOKS = 3;
const PAUSE_MS = 1_000;
/** Nothing can be read with these: to go on would call everything unreadable. */
const NO_CREDENTIALS = [
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidToken',
];

/**
 * Verifies the document of one record. Whatever is not right is looked at again if the record has changed meanwhile: a
 * newer copy is no difference.
 * @throws whatever makes it useless to go on, such as credentials that have expired
 */
export async function verifyDocument(item: StoredItem, dependencies: VerifyDependencies): Promise<Outcome> {
  let looked = item;
  for (let looks = 1; ; looks += 1) {
    const outcome = await verifyItem(looked, dependencies);
    if (!('finding' in outcome)) return outcome;
    const fresh = looks === MAX_LOOKS ? undefined : await dependencies.records.read(looked, dependencies.signal);
    if (fresh === undefined || isDeepStrictEqual(fresh, looked)) {
      return isBeingReplaced(looked, outcome) ? { kind: 'being_replaced' } : outcome;
    }
    looked = fresh;
  }
}

/** Only with versions is what a record names still there when its key has a newer object. */
const isBeingReplaced = (item: StoredItem, { kind, checksum }: Extract<Outcome, { finding: Finding }>) =>
  kind === 'different' &&
  checksum !== undefined &&
  item.version_id === undefined &&
  isUnderWay(item as { unfinished?: string });

async function verifyItem(item: StoredItem, dependencies: VerifyDependencies): Promise<Outcome> {
  const known = recogniseRecord(item);
  const find = (kind: DocumentKind, found: Partial<Finding>): { kind: DocumentKind; finding: Finding } => ({
    kind,
    finding: { kind, ...nameItem(item), differences: [], reason: null, ...found },
  });
  if (known.kind === 'spoilt') return find('different', { differences: known.differences });
  if (known.kind !== 'archived') return known;
  try {
    const comparison = await readAndCompare(known.record, dependencies);
    if (!comparison) return find('missing', {});
    const { differences, checksum } = comparison;
    return differences.length > 0 ? { ...find('different', { differences }), checksum } : { kind: 'right', checksum };
  } catch (error) {
    if (dependencies.signal.aborted || NO_CREDENTIALS.includes((error as Error).name)) throw error;
    return find('unreadable', { reason: describeFailure(error) });
  }
}

/** A dropped connection does not make an object unreadable; that S3 refuses to give it does. */
async function readAndCompare(
  record: ArchivedRecord,
  { openArchived, onBytes, wait, signal }: VerifyDependencies,
): Promise<Comparison | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      const object = await openArchived(record, signal);
      return object && (await compareObject(record, object, onBytes));
    } catch (error) {
      if (signal.aborted || tries === MAX_TRIES || isRefusal(error)) throw error;
      await wait(PAUSE_MS * tries, signal);
    }
  }
}

const isRefusal = (error: unknown) =>
  error instanceof S3ServiceException && (error.$metadata.httpStatusCode ?? 500) < 500;

/** Names what a record speaks of, whatever it holds. */
function nameItem({ task_id, step_id, bucket, key, version_id }: StoredItem) {
  const show = (value: unknown) => (typeof value === 'string' ? value : null);
  return { task_id, step_id, bucket: show(bucket), key: show(key), version_id: show(version_id) };
}
