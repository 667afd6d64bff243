import type { ArchiveRecords, ItemKey } from './adapters/archive-records.ts';
import type { ListedKey } from './adapters/listed-keys.ts';
import type { StoredItem } from './adapters/stored-items.ts';
import type { Context } from './context.ts';
import { drawSample } from './draw-sample.ts';
import { runBounded } from './run-bounded.ts';
import { createKeyVerifier } from './verify-bucket.ts';
import { type VerifyDependencies, verifyDocument } from './verify-document.ts';
import { findElsewhere } from './verify-place.ts';
import { createProgress } from './verify-progress.ts';
import { recogniseRecord } from './verify-record.ts';
import { HOW_DRAWN, type Scope, type Summary } from './verify-summary.ts';
import type { Tally } from './verify-tally.ts';
import { describeScope } from './verify-words.ts';

const DOCUMENTS_AT_ONCE = 8;
const KEYS_AT_ONCE = 8;

export type ScopeDependencies = Pick<Context, 'now' | 'terminal'> &
  Omit<VerifyDependencies, 'records' | 'onBytes'> & {
    records: ArchiveRecords;
    bucket: string;
    prefix: string;
    listKeys: (prefix: string) => AsyncGenerator<ListedKey, undefined>;
    tally: Tally;
  };

/** Verifies what was asked for. @returns how a sample was drawn */
export async function verifyScope(scope: Scope, dependencies: ScopeDependencies): Promise<Summary['drawn']> {
  const { records, signal, tally } = dependencies;
  if (scope.kind === 'sample') return verifySample(scope.size, dependencies);
  if (scope.kind === 'all') {
    await verifyDocuments(
      findPlaces(records.scan(signal), dependencies),
      await records.countRoughly(signal),
      dependencies,
    );
    if (!signal.aborted) await verifyKeys(dependencies);
    return null;
  }
  await verifyDocuments(readTask(scope, records, signal), undefined, dependencies);
  if (tally.documents.records > 0 || signal.aborted) return null;
  throw new Error(`There is no record of ${describeScope({ scope, drawn: null })}.`);
}

async function verifyDocuments(
  source: AsyncIterable<StoredItem>,
  total: number | undefined,
  dependencies: ScopeDependencies,
): Promise<void> {
  const { signal, tally } = dependencies;
  const progress = startProgress('records', total, dependencies);
  const onBytes = (sizeBytes: number) => {
    tally.addBytes(sizeBytes);
    progress.addBytes(sizeBytes);
  };
  await runBounded({
    source,
    limit: DOCUMENTS_AT_ONCE,
    signal,
    work: async (item) => {
      tally.addDocument(await verifyDocument(item, { ...dependencies, onBytes }));
      progress.addItem();
    },
  });
}

/** Passes records on, and counts those whose objects the listing will not show. */
async function* findPlaces(source: AsyncIterable<StoredItem>, { bucket, prefix, tally }: ScopeDependencies) {
  for await (const item of source) {
    const finding = findElsewhere(item, { bucket, prefix });
    if (finding) tally.addElsewhere(finding);
    yield item;
  }
}

async function verifyKeys(dependencies: ScopeDependencies): Promise<void> {
  const { signal, tally, prefix, listKeys } = dependencies;
  const progress = startProgress('keys', undefined, dependencies);
  // The key itself comes before all that it is the beginning of.
  const listAgain = async (key: string) => {
    const { value } = await listKeys(key).next();
    return value?.key === key ? value : undefined;
  };
  const verifyKey = createKeyVerifier({ ...dependencies, listAgain });
  await runBounded({
    source: listKeys(prefix),
    limit: KEYS_AT_ONCE,
    signal,
    work: async (listed) => {
      tally.addKey(await verifyKey(listed));
      progress.addItem();
    },
  });
}

async function verifySample(size: number, dependencies: ScopeDependencies): Promise<Summary['drawn']> {
  const { records, signal } = dependencies;
  const progress = startProgress('records looked at', await records.countRoughly(signal), dependencies);
  let from = 0;
  async function* listArchived(): AsyncGenerator<ItemKey> {
    for await (const item of records.scan(signal)) {
      progress.addItem();
      const { kind } = recogniseRecord(item);
      if (kind !== 'archived' && kind !== 'spoilt') continue;
      from += 1;
      yield { task_id: item.task_id, step_id: item.step_id };
    }
  }
  const drawn = await drawSample(listArchived(), { size });
  await verifyDocuments(readEach(drawn, records, signal), drawn.length, dependencies);
  return { from, how: HOW_DRAWN };
}

async function* readEach(keys: readonly ItemKey[], records: ArchiveRecords, signal: AbortSignal) {
  for (const key of keys) {
    const item = await records.read(key, signal);
    if (item) yield item;
  }
}

const readTask = (
  { task_id, step_id }: Extract<Scope, { kind: 'task' }>,
  records: ArchiveRecords,
  signal: AbortSignal,
) => (step_id === null ? records.listTask(task_id, signal) : readEach([{ task_id, step_id }], records, signal));

function startProgress(unit: string, total: number | undefined, { terminal, now }: ScopeDependencies) {
  return createProgress({ show: terminal.progress, now, unit, total });
}
