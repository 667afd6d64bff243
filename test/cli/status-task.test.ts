import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

const sha256 = 'a'.repeat(64);

let world: CliWorld;
beforeAll(async () => {
  world = await startCliWorld();
  const { putRecord, shardOf } = world;
  const unfinished = shardOf('task_1');
  const error = { stage: 'resolve', code: 'not_available', message: 'Not\u001B yet.' };
  const archived = { key: 'tasks/task_1/steps/a/Contract.pdf', version_id: 'v1', size_bytes: 12, sha256 };
  const more = { document_count: 3, unreachable_files: 1, unlisted_files: 2, unfinished };
  await Promise.all([
    putRecord({ task_id: 'task_1', step_id: '#task', status: 'DISCOVERED', ...more }),
    putRecord({ task_id: 'task_1', step_id: 'a', status: 'ARCHIVED', ...archived }),
    putRecord({ task_id: 'task_1', step_id: 'b', status: 'PENDING', not_ready_count: 2, error, unfinished }),
    putRecord({ task_id: 'task_1', step_id: 'c', status: 'FAILED', unfinished: shardOf('task_1', 'f') }),
    putRecord({ task_id: 'task_2', step_id: 'a', status: 'ARCHIVED' }),
  ]);
});
afterAll(() => world?.close());

it('shows the task and each of its documents', async () => {
  expect(await world.run(['status', 'task_1'])).toEqual({
    exitCode: 0,
    noted: [],
    printed: [
      'task_1 #task  DISCOVERED, unchanged for 1 h',
      '  3 documents',
      "  1 files that the vendor's endpoint cannot give",
      '  2 files that the vendor does not list',
      '  next 2026-03-02T13:00:00.000Z: at the latest: then its messages are put back by sweep',
      'task_1 a  ARCHIVED, unchanged for 1 h',
      '  key tasks/task_1/steps/a/Contract.pdf',
      '  version v1',
      '  12 bytes',
      `  sha256 ${sha256}`,
      'task_1 b  PENDING, unchanged for 1 h',
      '  not_available (resolve): Not\\u{1b} yet.',
      '  next 2026-03-02T11:02:00.000Z: the vendor had nothing yet, it is asked again',
      'task_1 c  FAILED, unchanged for 1 h',
      '  next 2026-03-03T11:00:00.000Z: sweep tries it again once a day, for 14 days',
    ],
  });
});

describe('for programs', () => {
  const read = async (words: string[]) => {
    const { printed } = await world.run(['status', ...words, '--json']);
    expect(printed).toHaveLength(1);
    return JSON.parse(printed[0] as string) as { task: object | null; documents: Record<string, unknown>[] };
  };

  it('gives the records as they stand in the table, the task apart', async () => {
    const { task, documents } = await read(['task_1']);

    expect(task).toMatchObject({ step_id: '#task', document_count: 3 });
    expect(documents.map(({ step_id }) => step_id)).toEqual(['a', 'b', 'c']);
    expect(documents[0]).toMatchObject({ version_id: 'v1', sha256, next_try: null });
  });

  it('says when a document is tried again', async () => {
    const { documents } = await read(['task_1']);
    expect(documents[1]?.next_try).toEqual({
      at: '2026-03-02T11:02:00.000Z',
      note: 'the vendor had nothing yet, it is asked again',
    });
  });

  it('gives a document without a task', async () => {
    expect(await read(['task_2'])).toMatchObject({ task: null, documents: [{ step_id: 'a' }] });
  });

  it('shows only what failed', async () => {
    expect(await read(['task_1', '--failed'])).toMatchObject({ task: null, documents: [{ step_id: 'c' }] });
  });

  it('shows only what is unfinished', async () => {
    const { task, documents } = await read(['task_1', '--unfinished']);
    expect(task).not.toBeNull();
    expect(documents.map(({ step_id }) => step_id)).toEqual(['b']);
  });
});

it('ends with 1 and says so when there is no record', async () => {
  const { exitCode, printed, noted } = await world.run(['status', 'task_unheard_of', '--json']);

  expect(exitCode).toBe(1);
  expect(noted).toEqual(['There is no record of task task_unheard_of.']);
  expect(printed.map((line) => JSON.parse(line))).toEqual([{ task_id: 'task_unheard_of', task: null, documents: [] }]);
});
