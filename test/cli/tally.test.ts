import { expect, it } from '@jest/globals';
import { addToStuck, addToTally, createTally, type Stuck } from '../../cli/tally.ts';
import { readRecord } from '../../lib/record.ts';

const create = (taskId: string, updatedAt: string, createdAt = updatedAt) =>
  readRecord({
    task_id: taskId,
    step_id: 'a',
    status: 'FAILED',
    error: { stage: 'download', code: 'too_large', message: 'It is so.' },
    created_at: createdAt,
    updated_at: updatedAt,
  });

const earlier = create('task_earlier', '2026-03-02T10:00:00.000Z', '2026-03-01T10:00:00.000Z');
const later = create('task_later', '2026-03-02T11:00:00.000Z');

it.each([[[earlier, later]], [[later, earlier]]])(
  'shows the longest unchanged of a reason, whichever comes first',
  (records) => {
    const stuck = new Map<string, Stuck>();
    for (const record of records) addToStuck(stuck, record);

    expect([...stuck.values()]).toEqual([
      {
        status: 'FAILED',
        stage: 'download',
        code: 'too_large',
        count: 2,
        unchanged_since: '2026-03-02T10:00:00.000Z',
        example: { task_id: 'task_earlier', step_id: 'a' },
      },
    ]);
  },
);

it.each([[[earlier, later]], [[later, earlier]]])('counts, and knows the oldest, whichever comes first', (records) => {
  const tally = createTally();
  for (const record of records) addToTally(tally, record);

  expect(tally).toEqual({
    count: 2,
    by_status: { FAILED: 2 },
    oldest_created_at: '2026-03-01T10:00:00.000Z',
    unchanged_since: '2026-03-02T10:00:00.000Z',
  });
});
