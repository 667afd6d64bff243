import { describe, expect, it } from '@jest/globals';
import type { StoredItem } from '../../cli/adapters/stored-items.ts';
import type { Tombstone } from '../../cli/adapters/tombstones.ts';
import { buryRecords, sealTombstones } from '../../cli/purge-records.ts';
import { NOON } from '../support/run-cli.ts';

const time = new Date(NOON - 1000).toISOString();
const later = new Date(NOON + 1000).toISOString();
const item = (step_id: string, status: string, more: object = {}): StoredItem => ({
  task_id: '1',
  step_id,
  status,
  updated_at: time,
  ...more,
});
const buriedTask = item('#task', 'PURGED');

/** Buries what the table says, look by look; the last one for ever. */
async function bury(looks: StoredItem[][]) {
  const put: Tombstone[] = [];
  const burying = buryRecords({
    taskId: '1',
    reason: 'a law',
    readItems: async () => (looks.length > 1 ? looks.shift() : looks[0]) as StoredItem[],
    putTombstone: async (tombstone) => {
      put.push(tombstone);
      return true;
    },
    now: () => NOON,
  });
  const buried = await burying.catch((error: unknown) => (error as Error).message);
  return { buried, put: put.map(({ step_id }) => step_id) };
}

describe('the records of a task', () => {
  it('are buried after the task itself, and those that came meanwhile with them', async () => {
    const { buried, put } = await bury([
      [item('#task', 'DISCOVERED'), item('a', 'ARCHIVED')],
      [buriedTask, item('a', 'ARCHIVED'), item('b', 'PENDING')],
      [buriedTask, item('a', 'PURGED'), item('b', 'PURGED')],
    ]);

    expect(put).toEqual(['#task', 'a', 'b']);
    expect(buried).toHaveLength(3);
  });

  it('are left to whoever took one up meanwhile, until when is said', async () => {
    const claimed = item('a', 'COPYING', { lease_expires_at: later });
    const { buried, put } = await bury([[item('a', 'PENDING')], [buriedTask, claimed]]);

    expect([buried, put]).toEqual([
      `Somebody works on document a, until ${later} at most. Run it again then.`,
      ['#task'],
    ]);
  });

  it('are buried although the lease of a dead worker is left', async () => {
    const { put } = await bury([
      [buriedTask, item('a', 'COPYING', { lease_expires_at: time })],
      [buriedTask, item('a', 'PURGED')],
    ]);

    expect(put).toEqual(['a']);
  });

  it('are given up for now when they keep changing', async () => {
    const { buried } = await bury([[buriedTask, item('a', 'PENDING')]]);

    expect(buried).toBe('Records of task 1 kept changing. Run it again.');
  });
});

it('takes nothing for done when a tombstone was changed by hand meanwhile', async () => {
  const sealing = sealTombstones([item('a', 'PURGED', { bucket: 'b', key: 'k' })], {
    putTombstone: async () => false,
    now: () => NOON,
  });

  await expect(sealing).rejects.toThrow('The record of a was changed meanwhile. Run it again.');
});
