import { describe, expect, it } from '@jest/globals';
import { readStepRecord, readTaskRecord, writeName, writeRecord } from '../../lib/record.ts';

const common = {
  schema: 1,
  task_id: '1',
  event_id: 'evt_1',
  not_ready_count: 0,
  sweeps: 0,
  created_at: '2026-03-02T12:00:00.000Z',
  updated_at: '2026-03-02T12:00:00.000Z',
};
const step = {
  ...common,
  step_id: 'a',
  status: 'ARCHIVED',
  attempts: 1,
  sha256: 'ab',
  version_id: 'v1',
  size_bytes: 8,
};
const task = { ...common, step_id: '#task', status: 'DISCOVERED', step_ids: ['a_b'], unreachable_files: 1 };

describe('a record', () => {
  it.each([
    ['a step', step, readStepRecord],
    ['a task', task, readTaskRecord],
  ])('of %s is read and written in the names of the contract', (_, item, read) => {
    expect(writeRecord(read(item))).toEqual(item);
  });

  it('is read in our own names, its values as they are', () => {
    expect(readTaskRecord(task)).toMatchObject({ taskId: '1', stepIds: ['a_b'], unreachableFiles: 1 });
  });

  it('counts from nothing where a count is missing', () => {
    const { attempts: _, ...rest } = step;

    expect(readStepRecord(rest).attempts).toBe(0);
  });

  it('of another status is none of ours', () => {
    expect(() => readStepRecord({ ...step, status: 'OPEN' })).toThrow();
  });

  it('is written without what is undefined', () => {
    expect(writeRecord({ etag: undefined, fileName: 'a.pdf' })).toStrictEqual({ file_name: 'a.pdf' });
  });
});

it.each([
  ['leaseExpiresAt', 'lease_expires_at'],
  ['sha256', 'sha256'],
  ['heardOfBefore', 'heard_of_before'],
])('writes the name %s as %s, whether or not a record has it', (name, written) => {
  expect(writeName(name)).toBe(written);
});
