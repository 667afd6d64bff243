import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BatchWriteItemCommand, DeleteItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import type { Overview } from '../../cli/status-overview.ts';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

const error = (code: string) => ({ stage: 'resolve', code, message: 'It is so.' });
const TEN = '2026-03-02T10:00:00.000Z';
const YESTERDAY = '2026-03-01T11:59:00.000Z';

let world: CliWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
afterAll(() => world?.close());

afterEach(async () => {
  const { client, tableName: TableName } = world.table;
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ProjectionExpression: 'task_id, step_id' }))
    await Promise.all(Items.map((Key) => client.send(new DeleteItemCommand({ TableName, Key }))));
  for (const QueueUrl of [world.queue.queueUrl, world.queue.deadLetterQueueUrl])
    await world.queue.client.send(new PurgeQueueCommand({ QueueUrl }));
});

const readOverview = async (more: string[] = []) => {
  const { printed } = await world.run(['status', '--json', ...more]);
  expect(printed).toHaveLength(1);
  return JSON.parse(printed[0] as string) as Overview;
};

/** A few of each kind, in different partitions of the index. */
async function putSome() {
  const { putRecord, shardOf } = world;
  const underWay = (task_id: string) => ({ task_id, unfinished: shardOf(task_id) });
  const failed = (task_id: string) => ({ task_id, unfinished: shardOf(task_id, 'f'), status: 'FAILED' });
  await Promise.all([
    putRecord({ ...underWay('task_1'), step_id: 'a', status: 'PENDING', error: error('server_error') }),
    putRecord({
      ...underWay('task_2'),
      step_id: 'a',
      status: 'PENDING',
      error: error('server_error'),
      updated_at: TEN,
    }),
    putRecord({ ...underWay('task_3'), step_id: 'a', status: 'COPYING', created_at: YESTERDAY }),
    putRecord({ task_id: 'task_4', step_id: '#task', status: 'OPEN', unfinished: shardOf('task_4', 't') }),
    putRecord({ ...failed('task_5'), step_id: 'a', error: error('too_large') }),
    putRecord({ ...failed('task_6'), step_id: 'a', error: error('server_error') }),
    putRecord({ task_id: 'task_7', step_id: 'a', status: 'ARCHIVED' }),
    putRecord({ task_id: 'task_7', step_id: '#task', status: 'DISCOVERED' }),
  ]);
}

describe('without a task', () => {
  it('counts what is under way, open and failed in every partition of the index', async () => {
    await putSome();
    const { documents, open_tasks, failed } = await readOverview();

    expect(documents).toMatchObject({ count: 3, by_status: { PENDING: 2, COPYING: 1 } });
    expect(open_tasks).toMatchObject({ count: 1, by_status: { OPEN: 1 } });
    expect(failed).toMatchObject({ count: 2, by_status: { FAILED: 2 } });
  });

  it('says when the oldest was first heard of, and since when the longest unchanged is so', async () => {
    await putSome();
    expect((await readOverview()).documents).toMatchObject({ oldest_created_at: YESTERDAY, unchanged_since: TEN });
  });

  it('groups what is stuck by its reason, with one to look at', async () => {
    await putSome();
    const { stuck } = await readOverview();

    const [first, ...others] = stuck;
    expect(first).toEqual({
      status: 'PENDING',
      stage: 'resolve',
      code: 'server_error',
      count: 2,
      unchanged_since: TEN,
      example: { task_id: 'task_2', step_id: 'a' },
    });
    expect(others.map(({ status, code, count }) => [status, code, count]).toSorted()).toEqual([
      ['FAILED', 'server_error', 1],
      ['FAILED', 'too_large', 1],
    ]);
  });

  it('counts the messages of both queues', async () => {
    const { queueUrl, deadLetterQueueUrl } = world.queue;
    await Promise.all([world.send(queueUrl, '1'), world.send(queueUrl, '2'), world.send(deadLetterQueueUrl, '3')]);
    const { queue, dead_letters } = await readOverview();

    expect({ queue, dead_letters }).toEqual({
      queue: { waiting: 2, in_flight: 0, delayed: 0 },
      dead_letters: { waiting: 1, in_flight: 0, delayed: 0 },
    });
  });

  it('counts what was spoilt by hand beside the rest', async () => {
    await world.putRecord({ task_id: 'task_1', step_id: 'a', status: 'LOST', unfinished: world.shardOf('task_1') });
    expect((await readOverview()).documents.by_status).toEqual({ UNREADABLE: 1 });
  });

  it('reads the whole table only where it is asked to', async () => {
    await putSome();

    expect(await readOverview()).not.toHaveProperty('all');
    expect((await readOverview(['--all'])).all).toEqual({
      tasks: { OPEN: 1, DISCOVERED: 1 },
      documents: { PENDING: 2, COPYING: 1, FAILED: 2, ARCHIVED: 1 },
    });
  });

  it('shows how far it is while it reads the whole table', async () => {
    const Item = (step: number) => ({
      task_id: { S: 'task_1' },
      step_id: { S: `step_${step}` },
      status: { S: 'ARCHIVED' },
    });
    const requests = Array.from({ length: 1000 }, (_, step) => ({ PutRequest: { Item: Item(step) } }));
    for (let start = 0; start < requests.length; start += 25) {
      const RequestItems = { [world.table.tableName]: requests.slice(start, start + 25) };
      await world.table.client.send(new BatchWriteItemCommand({ RequestItems }));
    }
    const shown: string[] = [];
    const terminal = {
      print: () => undefined,
      note: () => undefined,
      progress: (line: string) => void shown.push(line),
    };
    await world.run(['status', '--all'], { terminal });

    expect(shown).toEqual(['1000 records counted']);
  });

  it('says so when the queue has no dead letters', async () => {
    const env = { ...world.env, ARCHIVE_QUEUE_URL: world.queue.deadLetterQueueUrl };
    const [json, lines] = [await world.run(['status', '--json'], { env }), await world.run(['status'], { env })];

    expect(JSON.parse(json.printed[0] as string)).toMatchObject({ dead_letters: null });
    expect(lines.printed).toContain('dead letters  the queue has no dead-letter queue');
  });

  it('follows pages', async () => {
    const more = { status: 'PENDING', unfinished: world.shardOf('task_1'), event: 'x'.repeat(300_000) };
    const steps = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    await Promise.all(steps.map((step_id) => world.putRecord({ task_id: 'task_1', step_id, ...more })));
    const { documents, all } = await readOverview(['--all']);

    expect([documents.count, all?.documents.PENDING]).toEqual([8, 8]);
  });

  it('shows people the same in lines', async () => {
    await putSome();
    const { exitCode, printed } = await world.run(['status', '--all']);

    expect(exitCode).toBe(0);
    expect(printed.slice(0, 8)).toEqual([
      'under way     3 (1 COPYING, 2 PENDING); oldest 1 d, longest unchanged 2 h',
      'open tasks    1 (1 OPEN); oldest 1 h, longest unchanged 1 h',
      'failed        2 (2 FAILED); oldest 1 h, longest unchanged 1 h',
      'queue         0 waiting, 0 in flight or backing off, 0 delayed',
      'dead letters  0 waiting, 0 in flight or backing off, 0 delayed',
      'all tasks     1 DISCOVERED, 1 OPEN',
      'all documents 1 ARCHIVED, 1 COPYING, 2 FAILED, 2 PENDING',
      '',
    ]);
    expect(printed.slice(8).toSorted()).toEqual([
      '  1 FAILED server_error (resolve), longest for 1 h: task_6 a; tried again once a day, for 14 days',
      '  1 FAILED too_large (resolve), longest for 1 h: task_5 a; for good: mend the reason, then `redrive`',
      '  2 PENDING server_error (resolve), longest for 2 h: task_2 a; tried again by itself',
      'What is stuck, and why:',
    ]);
  });

  it('says nothing of what is stuck where nothing is', async () => {
    const { printed } = await world.run(['status']);
    expect(printed.slice(0, 3)).toEqual(['under way     none', 'open tasks    none', 'failed        none']);
    expect(printed).toHaveLength(5);
  });
});

describe('lists', () => {
  const readList = async (words: string[]) => {
    const { printed } = await world.run(['status', '--json', ...words]);
    return printed.map((line) => (JSON.parse(line) as { task_id: string }).task_id).toSorted();
  };

  it('with --failed what failed, a record a line', async () => {
    await putSome();
    expect(await readList(['--failed'])).toEqual(['task_5', 'task_6']);
  });

  it('with --unfinished all that is under way or open', async () => {
    await putSome();
    expect(await readList(['--unfinished'])).toEqual(['task_1', 'task_2', 'task_3', 'task_4']);
  });

  it('with both, both', async () => {
    await putSome();
    expect(await readList(['--failed', '--unfinished'])).toHaveLength(6);
  });

  it('the records as they stand in the table', async () => {
    const more = { status: 'FAILED', unfinished: world.shardOf('task_1', 'f'), file_name: 'Vertrag.pdf' };
    await world.putRecord({ task_id: 'task_1', step_id: 'a', ...more });
    const { printed } = await world.run(['status', '--json', '--failed']);

    expect(JSON.parse(printed[0] as string)).toMatchObject({ task_id: 'task_1', step_id: 'a', ...more });
  });

  it('for people, each with its reason', async () => {
    await world.putRecord({
      task_id: 'task_5',
      step_id: 'a',
      status: 'FAILED',
      unfinished: world.shardOf('task_5', 'f'),
      error: error('too_large'),
    });
    await world.putRecord({
      task_id: 'task_1',
      step_id: 'b',
      status: 'LOST',
      unfinished: world.shardOf('task_1', 'f'),
    });
    const { printed } = await world.run(['status', '--failed']);

    expect(printed.toSorted()).toEqual([
      'task_1 b  UNREADABLE',
      'task_5 a  FAILED, unchanged for 1 h: too_large (resolve), It is so.',
    ]);
  });

  it('no more of them once it is interrupted', async () => {
    await putSome();
    const interruption = new AbortController();
    const lines: string[] = [];
    const print = (line: string) => {
      lines.push(line);
      interruption.abort();
    };
    const terminal = { print, note: () => undefined, progress: undefined };
    const { exitCode } = await world.run(['status', '--unfinished'], { signal: interruption.signal, terminal });

    expect(exitCode).toBe(130);
    expect(lines).toHaveLength(1);
  });
});

it('counts no more once it is interrupted, and prints no half of an answer', async () => {
  await putSome();
  const { exitCode, printed } = await world.run(['status'], { signal: AbortSignal.abort() });
  expect({ exitCode, printed }).toEqual({ exitCode: 130, printed: [] });
});

it.each([[['--all', '--failed']], [['--all', '--unfinished']], [['task_1', '--all']]])(
  'refuses what does not go together: %j',
  async (words) => {
    expect(await world.run(['status', ...words])).toEqual({
      exitCode: 2,
      printed: [],
      noted: ['--all counts: give it without a task, --failed and --unfinished.'],
    });
  },
);
