import { isDeepStrictEqual } from 'node:util';
import { nameFile } from '../lib/document-id.ts';
import { isIdentifier } from '../lib/identifier.ts';
import { MANIFEST } from '../lib/manifest.ts';
import { TASK_STEP_ID } from '../lib/record.ts';
import { isUnderWay } from '../lib/shard.ts';
import type { ArchiveRecords } from './adapters/archive-records.ts';
import type { ListedKey } from './adapters/listed-keys.ts';
import type { StoredItem } from './adapters/stored-items.ts';
import type { Finding, ListingKind } from './verify-finding.ts';

/** What a key of the bucket turned out to be. `only_deleted`: nothing but delete markers is left of it. */
export type KeyOutcome = { kind: 'recorded' | 'under_way' | 'only_deleted' } | { kind: ListingKind; finding: Finding };

type Options = {
  records: Pick<ArchiveRecords, 'listTask'>;
  bucket: string;
  /** Everything of the archive lies below it: `{keyPrefix}tasks/`. */
  prefix: string;
  /** The same key as it is listed now. */
  listAgain: (key: string) => Promise<ListedKey | undefined>;
  signal: AbortSignal;
};

/**
 * Holds listed keys against the table. They come in their order, so that the records of a task are asked for once.
 * Whatever does not fit is looked at again between two reads of its task that say the same: an archive at work changes.
 */
export function createKeyVerifier({ records, bucket, prefix, listAgain, signal }: Options) {
  let known: { taskId: string; items: Promise<StoredItem[]> } | undefined;
  const readTask = (taskId: string) => Array.fromAsync(records.listTask(taskId, signal));

  function readKnown(taskId: string): Promise<StoredItem[]> {
    if (known?.taskId !== taskId) known = { taskId, items: readTask(taskId) };
    return known.items;
  }

  return async (listed: ListedKey): Promise<KeyOutcome> => {
    const name = parseKey(listed.key, prefix);
    const judge = (again: ListedKey, items: readonly StoredItem[]) => judgeKey(again, { name, items, bucket });
    if (name.taskId === undefined) return judge(listed, []);
    const outcome = judge(listed, await readKnown(name.taskId));
    if (!('finding' in outcome)) return outcome;
    const before = await readTask(name.taskId);
    const again = await listAgain(listed.key);
    const after = await readTask(name.taskId);
    if (!again) return { kind: 'only_deleted' };
    return isDeepStrictEqual(before, after) ? judge(again, after) : { kind: 'under_way' };
  };
}

type KeyName = { taskId: string | undefined; stepId: string | undefined };

function parseKey(key: string, prefix: string): KeyName {
  const [, taskId, rest = ''] = /^([^/]+)\/(.*)/s.exec(key.slice(prefix.length)) ?? [];
  return { taskId: isIdentifier(taskId) ? taskId : undefined, stepId: parseStep(rest) };
}

function parseStep(rest: string): string | undefined {
  if (rest === MANIFEST.fileName) return TASK_STEP_ID;
  const [, folder, id = ''] = /^(steps|files|signed)\/([^/]+)\//.exec(rest) ?? [];
  return folder && (folder === 'steps' ? id : nameFile(folder === 'files' ? 'file' : 'signed', id));
}

function judgeKey(
  { key, newest, versions }: ListedKey,
  { name, items, bucket }: { name: KeyName; items: readonly StoredItem[]; bucket: string },
): KeyOutcome {
  const recorded = items.find((item) => item.key === key && item.bucket === bucket);
  // An object from before the bucket had versions is the version `null`.
  const versionId = typeof recorded?.version_id === 'string' ? recorded.version_id : 'null';
  if (recorded && newest.versionId === versionId) return { kind: 'recorded' };
  if (!recorded && versions === 0) return { kind: 'only_deleted' };
  const writer = recorded ?? items.find(({ step_id }) => step_id === name.stepId);
  if (writer && isUnderWay(writer as { unfinished?: string })) return { kind: 'under_way' };
  const finding = {
    task_id: name.taskId ?? null,
    step_id: recorded?.step_id ?? name.stepId ?? null,
    bucket,
    key,
    version_id: newest.versionId,
    reason: null,
  };
  if (!recorded) {
    return { kind: 'object_without_record', finding: { ...finding, kind: 'object_without_record', differences: [] } };
  }
  const found = newest.isDeleteMarker ? `${newest.versionId} (a delete marker)` : newest.versionId;
  const differences = [{ field: 'newest version', expected: versionId, found }];
  return { kind: 'newer_version', finding: { ...finding, kind: 'newer_version', differences } };
}
