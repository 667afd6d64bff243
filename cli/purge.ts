import { TASK_STEP_ID } from '../lib/record.ts';
import { cutToLength } from '../lib/text.ts';
import {
  abortUpload,
  deleteVersion,
  listUploads,
  type ObjectVersion,
  type Upload,
} from './adapters/object-versions.ts';
import { listTaskItems, type StoredItem } from './adapters/stored-items.ts';
import { createPutTombstone } from './adapters/tombstones.ts';
import { type Connection, connect } from './connection.ts';
import { type Context, EXIT, type Run } from './context.ts';
import { parseIdentifier } from './identifier-argument.ts';
import type { AddCommand } from './program.ts';
import { findLeases, findLocked, findVersions, listPlaces } from './purge-look.ts';
import { buryRecords, describeWork, sealTombstones } from './purge-records.ts';
import { describePurge, type Purged } from './purge-words.ts';
import { runBounded } from './run-bounded.ts';
import { UsageError } from './usage-error.ts';

const MAX_REASON_LENGTH = 1024;
const DELETED_AT_ONCE = 8;
const MAX_LISTINGS = 5;

type Words = { taskId: string; reason: string; dryRun?: boolean; json?: boolean };

/** `purge TASK --reason TEXT`: erasure that a law asks for. */
export const addPurge: AddCommand = (program, context, run) => {
  program
    .command('purge')
    .description(
      'Erases a task for good: every version of its objects, and all that its records say. What is left is that it was purged, when and why; later events respect that. Refused while an object is locked or a document is worked on.',
    )
    .argument('<task>', 'id of the task', parseIdentifier)
    .requiredOption('--reason <text>', 'why; it stays in the records, so name nobody in it', parseReason)
    .option('--dry-run', 'say what would be erased, and erase nothing')
    .option('--json', 'print one JSON value')
    .addHelpText('after', '\nExample:\n  chamelio-archive purge 12345 --reason "erasure request 2026-118"')
    .action((taskId: string, options: Omit<Words, 'taskId'>) => run(() => purge({ taskId, ...options }, context)));
};

function parseReason(text: string): string {
  const reason = text.trim();
  if (reason === '') throw new UsageError('--reason says nothing: a purge has to say why.');
  if (reason !== cutToLength(reason, MAX_REASON_LENGTH))
    throw new UsageError(`--reason is longer than ${MAX_REASON_LENGTH} characters.`);
  return reason;
}

async function purge({ taskId, reason, dryRun = false, json = false }: Words, context: Context): Run {
  const { env, now, signal, terminal } = context;
  const connection = connect(env);
  const { s3, bucket, keyPrefix } = connection;
  const own = { bucket, prefix: `${keyPrefix}tasks/${taskId}/` };
  const readItems = () => Array.fromAsync(listTaskItems(connection, taskId, signal));
  try {
    const items = await readItems();
    const found = await findVersions(s3, listPlaces(items, own), signal);
    const uploads = await listUploads({ client: s3, ...own }, signal);
    if (items.length + found.length + uploads.length === 0) {
      terminal.note(`There is nothing of task ${taskId}.`);
      return EXIT.found;
    }
    const [lease] = findLeases(items, now());
    if (lease) throw new Error(describeWork(lease));
    const locked = await findLocked(s3, found, now());
    for (const { version, until } of locked)
      terminal.note(`Locked ${until}: ${version.key} (version ${version.versionId})`);
    if (locked.length > 0) throw new Error(`Nothing was purged: ${locked.length} versions are under Object Lock.`);
    const records = items.filter(({ status }) => status !== 'PURGED').length;
    const erased = dryRun
      ? { gone: found, reason }
      : await erase({ taskId, reason, readItems, own, connection, uploads }, context);
    const told = { taskId, isDryRun: dryRun, reason: erased.reason, ...count(records, erased.gone, uploads.length) };
    for (const line of describePurge(told, { isJson: json })) terminal.print(line);
    return EXIT.ok;
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.note('Interrupted: run it again to go on with it.');
    return EXIT.interrupted;
  } finally {
    connection.close();
  }
}

const count = (records: number, versions: readonly ObjectVersion[], uploads: number): Purged => ({
  records,
  objects: new Set(versions.map(({ bucket, key }) => `${bucket}/${key}`)).size,
  versions: versions.filter(({ isDeleteMarker }) => !isDeleteMarker).length,
  deleteMarkers: versions.filter(({ isDeleteMarker }) => isDeleteMarker).length,
  bytes: versions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  uploads,
});

type Erasure = {
  taskId: string;
  reason: string;
  readItems: () => Promise<StoredItem[]>;
  own: { bucket: string; prefix: string };
  connection: Connection;
  uploads: readonly Upload[];
};

/** First the records, so that nothing is archived any more; then the objects; then where they were. Whoever stops it in between runs it again. */
async function erase(
  { own, connection, uploads, ...grave }: Erasure,
  { now, signal }: Context,
): Promise<{ gone: readonly ObjectVersion[]; reason: string }> {
  const { s3 } = connection;
  const putTombstone = createPutTombstone(connection);
  const items = await buryRecords({ ...grave, putTombstone, now });
  await runBounded({ source: uploads, limit: DELETED_AT_ONCE, signal, work: (upload) => abortUpload(s3, upload) });
  const gone: ObjectVersion[] = [];
  for (let listings = 0; listings < MAX_LISTINGS; listings += 1) {
    const left = await findVersions(s3, listPlaces(items, own), signal);
    if (left.length === 0) {
      await sealTombstones(items, { putTombstone, now });
      // One that was purged before says why it was.
      return { gone, reason: String(items.find(({ step_id }) => step_id === TASK_STEP_ID)?.reason) };
    }
    const work = (version: ObjectVersion) => deleteVersion(s3, version);
    await runBounded({ source: left, limit: DELETED_AT_ONCE, signal, work });
    signal.throwIfAborted();
    gone.push(...left);
  }
  throw new Error(`Objects of task ${grave.taskId} kept coming. Run it again.`);
}
