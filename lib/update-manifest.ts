import { addPending, describeTaskArchived } from './archive-event.ts';
import { readEndedTask } from './ended-task.ts';
import { TransientError } from './errors.ts';
import { createContended } from './ledger-errors.ts';
import { type EndedTask, hashManifest, MANIFEST, makeManifestKey, writeManifest } from './manifest.ts';
import type { FoundObject, RecordChange, Store, StoredObject, Table, TaskPages, WriteOutcome } from './ports.ts';
import { readTaskRecord, TASK_STEP_ID, type TaskRecord } from './record.ts';
import { keepInSight } from './shard.ts';

const MAX_RACES = 5;

export type ManifestDependencies = {
  table: Pick<Table, 'read' | 'update'> & TaskPages;
  store: Pick<Store, 'bucket' | 'putObject' | 'findObject'>;
  keyPrefix: string;
  /** Whether the `#task` record keeps an event until it is published. */
  keepsEvents: boolean;
  now: () => number;
};

/** The `#task` record as it is now, and whether its manifest is a new version. */
export type UpdatedTask = { task: TaskRecord; isNew: boolean };

/**
 * Brings the manifest of a task up to date once each of its documents has reached an end: exactly one new version for
 * each state, whoever gets there and however often. Undefined where there is nothing to say of the task, or not yet.
 *
 * Of two that write at the same time the one that knows less never comes last: the record is read before the documents,
 * and what is written stands on the version that it names, or on one that was found after that and before they were read
 * again.
 *
 * Codes: `record_contended`, `manifest_left`, and those of the store and the table.
 * @see docs/manifest.md; docs/design.md "The decisions" 1 and 2
 */
export async function updateManifest(
  taskId: string,
  dependencies: ManifestDependencies,
  signal: AbortSignal,
): Promise<UpdatedTask | undefined> {
  const { table, store, keyPrefix } = dependencies;
  /** What lies there, where that is not what the record says. */
  let doubt: { found: FoundObject | undefined } | undefined;
  let hasWritten = false;
  for (let races = 0; races < MAX_RACES; races += 1) {
    const ended = await readTask(taskId, table, signal);
    if (!ended && hasWritten) throw createLeftBehind(taskId);
    if (!ended) return undefined;
    const { task } = ended;
    const manifest = createManifest(ended, keyPrefix);
    if (isCurrent(task, manifest, doubt)) return { task: await noteCurrent(task, table), isNew: false };
    const isThere = doubt?.found?.sha256 === manifest.sha256;
    const outcome = isThere
      ? { kind: 'written' as const, ...(doubt?.found as FoundObject) }
      : await putManifest(manifest, { store, taskId, etag: doubt ? doubt.found?.etag : task.etag, signal });
    hasWritten ||= outcome.kind === 'written' && !isThere;
    const updated = outcome.kind === 'written' && (await record(ended, { ...manifest, ...outcome }, dependencies));
    if (updated) return { task: updated, isNew: true };
    doubt = { found: await store.findObject(manifest.key, signal) };
  }
  throw createContended();
}

async function readTask(taskId: string, table: ManifestDependencies['table'], signal: AbortSignal) {
  const item = await table.read({ taskId, stepId: TASK_STEP_ID });
  return item && readEndedTask(item, table.followRecords(taskId, signal));
}

/** The task was purged, or taken up again, between the look at its records and the note: whoever purged it has to be told. */
const createLeftBehind = (taskId: string) =>
  new TransientError({
    stage: 'store',
    code: 'manifest_left',
    message: `Task ${taskId} changed while its manifest was written: if it was purged, purge it once more.`,
  });

type Manifest = { key: string; body: Buffer; sha256: string };

function createManifest(ended: EndedTask, keyPrefix: string): Manifest {
  const manifest = writeManifest(ended);
  const key = ended.task.key ?? makeManifestKey(ended.task.taskId, keyPrefix);
  return { key, body: Buffer.from(manifest), sha256: hashManifest(manifest) };
}

function isCurrent(task: TaskRecord, { sha256 }: Manifest, doubt: { found: FoundObject | undefined } | undefined) {
  const isThere = !doubt || (doubt.found?.sha256 === sha256 && doubt.found.versionId === task.versionId);
  return task.sha256 === sha256 && isThere;
}

function putManifest(
  { key, body, sha256 }: Manifest,
  {
    store,
    taskId,
    etag,
    signal,
  }: { store: Pick<Store, 'putObject'>; taskId: string; etag: string | undefined; signal: AbortSignal },
): Promise<WriteOutcome> {
  return store.putObject({
    key,
    body: [body],
    contentType: MANIFEST.contentType,
    metadata: { 'task-id': taskId, 'step-id': TASK_STEP_ID, sha256 },
    sha256,
    condition: { etag },
    signal,
  });
}

/** What was thought to be missing is not. */
async function noteCurrent(task: TaskRecord, table: Pick<Table, 'update'>): Promise<TaskRecord> {
  if (!task.manifestPending) return task;
  const changed = await table.update(task, { set: {}, remove: ['manifestPending'], ...whileNoted(task) });
  return changed ? readTaskRecord(changed) : task;
}

/** Notes which version of the manifest is the latest; nothing where somebody has noted another meanwhile. */
async function record(
  { task, documents }: EndedTask,
  { key, body, sha256, etag, versionId }: Manifest & StoredObject,
  { table, store, keepsEvents, now }: ManifestDependencies,
): Promise<TaskRecord | undefined> {
  const noted = {
    bucket: store.bucket,
    key,
    versionId,
    etag,
    sizeBytes: body.length,
    sha256,
    archivedAt: new Date(now()).toISOString(),
  };
  const events = keepsEvents && {
    eventPending: addPending(task, describeTaskArchived({ task: { ...task, ...noted }, documents })),
    unfinished: keepInSight(task),
  };
  const changed = await table.update(task, {
    set: { ...noted, ...events },
    remove: ['manifestPending', ...(versionId === undefined ? (['versionId'] as const) : [])],
    ...whileNoted(task),
  });
  return changed && readTaskRecord(changed);
}

function whileNoted({ status, etag, versionId }: TaskRecord): Pick<RecordChange, 'condition' | 'values'> {
  const tests = { etag, version_id: versionId };
  const noted = Object.entries(tests).map(([name, value]) =>
    value === undefined ? `attribute_not_exists(#${name})` : `#${name} = :was_${name}`,
  );
  const values = Object.entries(tests).flatMap(([name, value]) =>
    value === undefined ? [] : [[`was_${name}`, value]],
  );
  return {
    condition: ['#status = :was', ...noted].join(' AND '),
    values: { was: status, ...Object.fromEntries(values) },
  };
}
