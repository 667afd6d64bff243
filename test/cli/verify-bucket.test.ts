import { describe, expect, it } from '@jest/globals';
import type { StoredItem } from '../../cli/adapters/stored-items.ts';
import type { ListedKey } from '../../cli/adapters/listed-keys.ts';
import { createKeyVerifier } from '../../cli/verify-bucket.ts';
import { createItem } from '../support/verify-world.ts';

const KEY = 'tasks/1/steps/review_step/NDA.pdf';
const list = (versionId: string): ListedKey => ({
  key: KEY,
  newest: { versionId, isDeleteMarker: false },
  versions: 1,
});
const record = (version_id: string): StoredItem => ({
  ...createItem('1', 'review_step', 'ARCHIVED'),
  bucket: 'archive',
  key: KEY,
  version_id,
});

/** Records of the task as they are read, one after the other. */
function createVerifier(reads: readonly StoredItem[][], again: ListedKey | undefined) {
  const left = [...reads];
  let count = 0;
  const verifyKey = createKeyVerifier({
    records: {
      listTask: async function* () {
        count += 1;
        yield* left.shift() ?? [];
      },
    },
    bucket: 'archive',
    prefix: 'tasks/',
    listAgain: async () => again,
    signal: new AbortController().signal,
  });
  return { verifyKey, countReads: () => count };
}

describe('createKeyVerifier', () => {
  it('asks once for the records of a task with many keys', async () => {
    const { verifyKey, countReads } = createVerifier([[record('v1')]], undefined);
    await Promise.all([verifyKey(list('v1')), verifyKey(list('v1')), verifyKey(list('v1'))]);
    expect(countReads()).toBe(1);
  });

  it('takes a version that was written and recorded after the listing for recorded', async () => {
    const { verifyKey } = createVerifier([[record('v2')], [record('v2')], [record('v2')]], list('v2'));
    expect(await verifyKey(list('v1'))).toEqual({ kind: 'recorded' });
  });

  it('takes an object whose record came after the first look for recorded', async () => {
    const { verifyKey } = createVerifier([[], [record('v1')], [record('v1')]], list('v1'));
    expect(await verifyKey(list('v1'))).toEqual({ kind: 'recorded' });
  });

  it('takes a task that changes while it is looked at for worked on', async () => {
    const { verifyKey } = createVerifier([[record('v1')], [record('v1')], [record('v2')]], list('v2'));
    expect(await verifyKey(list('v2'))).toEqual({ kind: 'under_way' });
  });

  it.each([
    ['tasks/1/steps/a/NDA.pdf', 'a'],
    ['tasks/1/files/document_1/NDA.pdf', '#file:document_1'],
    ['tasks/1/signed/document_2/NDA.pdf', '#signed:document_2'],
    ['tasks/1/other/a/NDA.pdf', null],
    ['tasks/1/NDA.pdf', null],
  ])('says whose %s is that has no record', async (key, step_id) => {
    const { verifyKey } = createVerifier([[], [], []], { ...list('v1'), key });
    const outcome = await verifyKey({ ...list('v1'), key });

    expect(outcome).toMatchObject({ kind: 'object_without_record', finding: { task_id: '1', step_id } });
  });

  it('waits for the record of a file that is being archived', async () => {
    const claimed = { ...createItem('1', '#file:document_1', 'COPYING'), unfinished: '3' };
    const { verifyKey } = createVerifier([[claimed]], undefined);

    expect(await verifyKey({ ...list('v1'), key: 'tasks/1/files/document_1/NDA.pdf' })).toEqual({ kind: 'under_way' });
  });

  it('forgives an object that is gone at the second look', async () => {
    const { verifyKey } = createVerifier([[], [], []], undefined);
    expect(await verifyKey(list('v1'))).toEqual({ kind: 'only_deleted' });
  });
});
