import { describe, expect, it } from '@jest/globals';
import { hashManifest, writeManifest } from '../../lib/manifest.ts';
import type { FoundObject, RecordChange, WriteCondition, WriteOutcome } from '../../lib/ports.ts';
import { readStepRecord, readTaskRecord } from '../../lib/record.ts';
import { updateManifest } from '../../lib/update-manifest.ts';

type Item = Record<string, unknown>;

const times = { created_at: '2026-03-02T12:00:00.000Z', updated_at: '2026-03-02T12:00:00.000Z' };
const task: Item = { task_id: '1', step_id: '#task', status: 'DISCOVERED', step_ids: ['a'], ...times };
const step: Item = { task_id: '1', step_id: 'a', status: 'NOT_FOUND', ...times };
const sha256 = hashManifest(writeManifest({ task: readTaskRecord(task), documents: [readStepRecord(step)] }));
const ours: FoundObject = { etag: '"ours"', versionId: 'v2', sizeBytes: 1, sha256 };
const others: FoundObject = { etag: '"others"', versionId: 'v1', sizeBytes: 1, sha256: 'other' };

type Fakes = {
  /** What the table says of the task, look by look; the last one for ever. */
  tasks?: Item[];
  outcomes?: WriteOutcome[];
  found?: (FoundObject | undefined)[];
  isRefused?: boolean;
};

/** Takes answers one after the other; the last one for ever. */
const takeTurns =
  <T>(answers: readonly T[]) =>
  () =>
    (answers.length > 1 ? (answers as T[]).shift() : answers[0]) as T;

async function update({ tasks = [task], outcomes = [], found = [undefined], isRefused = false }: Fakes) {
  const conditions: WriteCondition[] = [];
  const changes: RecordChange[] = [];
  const nextTask = takeTurns(tasks);
  const nextOutcome = takeTurns([...outcomes, { kind: 'written', etag: '"ours"', versionId: 'v2' } as const]);
  const nextFound = takeTurns(found);
  const updating = updateManifest(
    '1',
    {
      table: {
        read: async () => nextTask(),
        async *followRecords() {
          yield* [task, step];
        },
        update: async (_, change) => {
          changes.push(change);
          return isRefused ? undefined : task;
        },
      },
      store: {
        bucket: 'archive',
        putObject: async ({ condition }) => {
          conditions.push(condition);
          return nextOutcome();
        },
        findObject: async () => nextFound(),
      },
      keyPrefix: 'legal/',
      keepsEvents: false,
      now: () => 0,
    },
    new AbortController().signal,
  );
  const updated = await updating.catch((error: unknown) => error);
  return { updated, conditions, changes };
}

describe('a manifest', () => {
  it('is written first under the prefix, only if there is none', async () => {
    const { updated, conditions, changes } = await update({});

    expect([updated, conditions]).toMatchObject([{ isNew: true }, [{ etag: undefined }]]);
    expect(changes[0]).toMatchObject({
      set: { bucket: 'archive', key: 'legal/tasks/1/manifest.json', versionId: 'v2', etag: '"ours"', sha256 },
      remove: ['manifestPending'],
      condition: '#status = :was AND attribute_not_exists(#etag) AND attribute_not_exists(#version_id)',
    });
  });

  it('is written over the version that the record names, under the key that it names', async () => {
    const named = { ...task, key: 'before/manifest.json', etag: '"e1"', version_id: 'v1', sha256: 'old' };
    const { conditions, changes } = await update({ tasks: [named] });

    expect(conditions).toEqual([{ etag: '"e1"' }]);
    expect(changes[0]).toMatchObject({
      set: { key: 'before/manifest.json' },
      condition: '#status = :was AND #etag = :was_etag AND #version_id = :was_version_id',
      values: { was: 'DISCOVERED', was_etag: '"e1"', was_version_id: 'v1' },
    });
  });

  it('has no version in a bucket that has none', async () => {
    const { changes } = await update({ outcomes: [{ kind: 'written', etag: '"ours"' }] });

    expect(changes[0]?.remove).toEqual(['manifestPending', 'versionId']);
  });

  it('is taken for ours when it is what we would write', async () => {
    const { updated, conditions, changes } = await update({ outcomes: [{ kind: 'exists' }], found: [ours] });

    expect(conditions).toHaveLength(1);
    expect([updated, changes]).toMatchObject([{ isNew: true }, [{ set: { versionId: 'v2', etag: '"ours"' } }]]);
  });

  it('is written over what was found when that says something else', async () => {
    const { conditions } = await update({ outcomes: [{ kind: 'exists' }], found: [others] });

    expect(conditions).toEqual([{ etag: undefined }, { etag: '"others"' }]);
  });

  it('is written as the first one when the one that the record names is gone', async () => {
    const named = { ...task, etag: '"e1"', version_id: 'v1', sha256: 'old' };
    const { conditions } = await update({ tasks: [named], outcomes: [{ kind: 'missing' }] });

    expect(conditions).toEqual([{ etag: '"e1"' }, { etag: undefined }]);
  });

  it('is new to nobody when somebody else has noted the same version meanwhile', async () => {
    const noted = { ...task, etag: '"ours"', version_id: 'v2', sha256 };
    const { updated, changes } = await update({ tasks: [task, noted], outcomes: [{ kind: 'exists' }], found: [ours] });

    expect([updated, changes]).toMatchObject([{ isNew: false, task: { versionId: 'v2' } }, []]);
  });

  it('is not taken for noted when what lies there is another version of it', async () => {
    const noted = { ...task, etag: '"ours"', version_id: 'v1', sha256 };
    const { changes } = await update({ tasks: [task, noted], outcomes: [{ kind: 'exists' }], found: [ours] });

    expect(changes).toMatchObject([{ set: { versionId: 'v2' } }]);
  });

  it('comes back when others kept changing the record', async () => {
    const { updated, conditions } = await update({ isRefused: true, found: [others] });

    expect(updated).toMatchObject({ name: 'TransientError', code: 'record_contended' });
    expect(conditions).toHaveLength(5);
  });

  it('is told of when its task was purged while it was written', async () => {
    const { updated } = await update({ tasks: [task, { ...task, status: 'PURGED' }], isRefused: true });
    const late = await update({ tasks: [task, { ...task, status: 'PURGED' }], outcomes: [{ kind: 'exists' }] });

    expect(updated).toMatchObject({ name: 'TransientError', code: 'manifest_left' });
    expect(late.updated).toBeUndefined();
  });

  it('is none where the record of the task says nothing that can be read', async () => {
    const { updated, conditions } = await update({ tasks: [{ ...task, status: 'LOST' }] });

    expect([updated, conditions]).toEqual([undefined, []]);
  });

  it('is left alone when it is there already, and that it was thought to be missing is taken off', async () => {
    const noted = { ...task, etag: '"ours"', version_id: 'v2', sha256, manifest_pending: true };
    const taken = await update({ tasks: [noted] });
    const lost = await update({ tasks: [noted], isRefused: true });

    expect(taken).toMatchObject({
      updated: { isNew: false },
      conditions: [],
      changes: [{ remove: ['manifestPending'] }],
    });
    expect(lost.updated).toMatchObject({ isNew: false, task: { manifestPending: true } });
  });
});
