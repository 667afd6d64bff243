import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PurgeQueueCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { EXIT } from '../../cli/context.ts';
import { createCommandContext } from '../support/command-context.ts';
import { type OperatorWorld, startOperatorWorld } from '../support/operator-world.ts';

let world: OperatorWorld;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'backfill-'));
});
beforeEach(async () => {
  world = await startOperatorWorld();
});
afterEach(() => world.close());
afterAll(() => rm(directory, { recursive: true }));

const idsOf = (bodies: readonly string[]) => bodies.map((body) => JSON.parse(body).task_id).toSorted();
const asked = (taskId: string) => ({ task_id: taskId, step_id: '#task', status: 'DISCOVERED', step_ids: ['step'] });
const ended = (taskId: string, status: string, more: object = {}) => ({
  task_id: taskId,
  step_id: 'step',
  status,
  ...more,
});

async function writeList(content: string): Promise<string> {
  const file = join(directory, 'history.csv');
  await writeFile(file, content);
  return file;
}

describe('which tasks', () => {
  it('asks for each number of a range', async () => {
    const { context } = createCommandContext();

    await world.run(context, 'backfill', '--range', '8..11');
    expect(idsOf(await world.receiveMessages())).toEqual(['10', '11', '8', '9']);
  });

  it('asks for each task of a list once', async () => {
    const { context } = createCommandContext();
    await world.run(context, 'backfill', '--tasks', await writeList('task_1\n\n task_2 \r\ntask_1'));

    expect(idsOf(await world.receiveMessages())).toEqual(['task_1', 'task_2']);
  });

  it.each([
    ['a column that is called so', 'Title;Task ID\n"NDA; ""final""\nversion";17\n', []],
    ['the column that is called so most clearly, behind the mark of a spreadsheet', '\uFEFF"Task ID"\tid\n17\t1\n', []],
    ['the column that is named', 'id,Case\n1,17\n', ['--column', 'case']],
    ['the only column, that is named', 'Case2\n17\n', ['--column', 'case2']],
  ])('finds %s', async (_what, content, words) => {
    const { context } = createCommandContext();
    await world.run(context, 'backfill', '--tasks', await writeList(content), ...words);

    expect(idsOf(await world.receiveMessages())).toEqual(['17']);
  });

  it('tells of a first line that may be the name of the column', async () => {
    const { context, noted } = createCommandContext();
    const file = await writeList('Case\n17\n');
    await world.run(context, 'backfill', '--tasks', file);

    expect(noted).toEqual([
      `${file}:1: "Case" is taken for a task id; if it is the column's name, say so with --column.`,
    ]);
  });

  it.each(['17\nCase\n', 'task_1\ntask_2\n'])(
    'tells of nothing where the first line has a number (%j)',
    async (list) => {
      const { context, noted } = createCommandContext();
      await world.run(context, 'backfill', '--tasks', await writeList(list));

      expect(noted).toEqual([]);
    },
  );

  it('tells of broken lines with their numbers, and goes on behind them', async () => {
    const { context, noted, printed } = createCommandContext();
    const file = await writeList('task_id,title\n1,"a\nb"\n2,"never closed\n3,c\n../4,d\n5,e "f"\n,g\n6,h\n');
    const exitCode = await world.run(context, 'backfill', '--tasks', file);

    expect(noted).toEqual([
      `${file}:4: its quotes are wrong; skipped.`,
      `${file}:6: "../4" is no task id: expected 1 to 128 letters, digits or . _ : - that begin with a letter or digit; skipped.`,
      `${file}:7: its quotes are wrong; skipped.`,
      `${file}:8: it has no task id; skipped.`,
    ]);
    expect(idsOf(await world.receiveMessages())).toEqual(['1', '3', '6']);
    expect(printed.at(-1)).toBe('Lines that name no task, and were skipped: 4.');
    expect(exitCode).toBe(EXIT.found);
  });

  it('shows nothing of a list that a terminal would obey', async () => {
    const { context, noted } = createCommandContext();
    await world.run(context, 'backfill', '--tasks', await writeList('task_id\n1\n2\u001B[2J'));

    expect(noted).toEqual([expect.stringContaining('"2\\u{1b}[2J" is no task id')]);
  });

  it.each([[[]], [['--column', 'c']]])(
    'shows no name of a column that a terminal would obey, with %j',
    async (words) => {
      const { context, noted } = createCommandContext();
      await world.run(context, 'backfill', '--tasks', await writeList('a,b\u001B[2J\n1,2'), ...words);

      expect(noted).toEqual([expect.stringContaining('a, b\\u{1b}[2J')]);
    },
  );

  it('loses one line only to a quote that is not closed soon', async () => {
    const { context, noted } = createCommandContext();
    const rows = Array.from({ length: 200 }, (_, index) => `${index},plain`);
    const file = await writeList(['task_id,title', 'a,"open', ...rows, 'b,"'].join('\n'));
    await world.run(context, 'backfill', '--tasks', file, '--rate', '1000');

    expect(noted).toEqual([
      `${file}:2: its quotes are not closed; skipped.`,
      `${file}:203: its quotes are not closed; skipped.`,
    ]);
    expect(await world.receiveMessages()).toHaveLength(200);
  });

  it.each<[string, string[], string]>([
    ['no tasks', [], 'Say which tasks: either --tasks FILE or --range A..B.'],
    ['two kinds', ['--tasks', 'x', '--range', '1..2'], 'Say which tasks: either --tasks FILE or --range A..B.'],
    ['half a range', ['--range', '1..'], '"1.." is no range: expected two whole numbers such as 1000..2000.'],
    ['an empty range', ['--range', '2..1'], 'The range 2..1 is empty: it begins behind its end.'],
    [
      'a range that begins with zeros',
      ['--range', '0007..12'],
      'The range 0007..12 would lose its leading zeros: name such tasks in a list, with --tasks.',
    ],
    [
      'a range that ends with zeros before it',
      ['--range', '7..0012'],
      'The range 7..0012 would lose its leading zeros: name such tasks in a list, with --tasks.',
    ],
    ['no rate', ['--range', '1..2', '--rate', '0'], '--rate 0: expected a number of tasks a second above 0.'],
    ['no file', ['--tasks', '/nowhere'], '/nowhere can not be read (ENOENT).'],
    ['a wrong flag', ['--rang', '1..2'], "error: unknown option '--rang'\n(Did you mean --range?)"],
  ])('refuses %s with a sentence', async (_what, words, sentence) => {
    const { context, noted } = createCommandContext();

    expect(await world.run(context, 'backfill', ...words)).toBe(EXIT.usage);
    expect(noted).toEqual([sentence]);
  });

  it.each([
    ['an empty list', '\n', [], 'The list has no task id.'],
    ['a column that is not there', 'a,b\n1,2', ['--column', 'c'], 'There is no column c, only: a, b.'],
    [
      'columns it can not tell apart',
      'a,b\n1,2',
      [],
      'None of the columns is called task_id: say which one it is with --column (a, b).',
    ],
  ])('refuses %s', async (_what, content, words, sentence) => {
    const { context, noted } = createCommandContext();

    expect(await world.run(context, 'backfill', '--tasks', await writeList(content), ...words)).toBe(EXIT.usage);
    expect(noted).toEqual([sentence]);
  });
});

describe('what is asked for', () => {
  beforeEach(async () => {
    await world.put(asked('1'));
    await world.put({ task_id: '2', step_id: '#task', status: 'NOT_FOUND' });
    await world.put({ task_id: '3', step_id: '#task', status: 'OPEN', unfinished: '3' });
    await world.put({ task_id: '4', step_id: '#task', status: 'OPEN', unfinished: 't3' });
    await world.put({ task_id: '5', step_id: '#task', status: 'CANCELED' });
  });

  it('is what nobody has asked for: without a record, only heard of, or cancelled then', async () => {
    const { context } = createCommandContext();
    await world.run(context, 'backfill', '--range', '1..6');

    expect(idsOf(await world.receiveMessages())).toEqual(['4', '5', '6']);
  });

  it('is everything with --force, as an ordinary request', async () => {
    const { context } = createCommandContext();
    await world.run(context, 'backfill', '--range', '1..6', '--force');
    const bodies = await world.receiveMessages();

    expect(idsOf(bodies)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(bodies).toContain('{"task_id":"1"}');
  });
});

describe('the rate', () => {
  it('lets no more tasks a second begin than it says', async () => {
    const { context, waits } = createCommandContext();
    await world.run(context, 'backfill', '--range', '1..20', '--rate', '4');

    expect(waits).toEqual([1000, 1000, 1000, 1000]);
  });

  it('holds back while much is on the queue', async () => {
    const { client, queueUrl } = world.queue;
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: '{}' }));
    for (let sent = 0; sent < 2000; sent += 10)
      await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    const { context, waits, progress } = createCommandContext({
      hasTerminal: true,
      onWait: async (count) =>
        count === 3 ? void (await client.send(new PurgeQueueCommand({ QueueUrl: queueUrl }))) : undefined,
    });
    await world.run(context, 'backfill', '--range', '1..2');

    expect(waits).toEqual([1000, 1000, 1000]);
    expect(progress).toContain('Asking ░░░░░░░░░░░░░░░░░░░░ 0 of 2 · waits for the queue');
    expect(idsOf(await world.receiveMessages())).toEqual(['1', '2']);
  });

  it('is shown with a bar and the time that is left', async () => {
    const { context, progress } = createCommandContext({ hasTerminal: true });
    await world.run(context, 'backfill', '--range', '1..20', '--rate', '4');

    expect(progress).toContain('Asking ████████████░░░░░░░░ 12 of 20 · 6.0/s · 2 s left');
  });

  it('is shown to nobody where there is no terminal', async () => {
    const { context, noted } = createCommandContext();
    await world.run(context, 'backfill', '--range', '1..20');

    expect(noted).toEqual([]);
  });
});

describe('sending', () => {
  it('sends again what the queue did not take of a batch', async () => {
    const sqs = mockClient(SQSClient);
    try {
      sqs.resolves({});
      sqs
        .on(SendMessageBatchCommand)
        .resolvesOnce({ Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }], Successful: [] });
      const { context } = createCommandContext();
      await world.run(context, 'backfill', '--range', '1..3');
      const sent = sqs.commandCalls(SendMessageBatchCommand).map(({ args: [command] }) => command.input.Entries);

      expect(sent.map((entries = []) => idsOf(entries.map(({ MessageBody = '' }) => MessageBody)))).toEqual([
        ['1', '2', '3'],
        ['2'],
      ]);
    } finally {
      sqs.restore();
    }
  });

  it('asks again for records that the table had no capacity for', async () => {
    const dynamo = mockClient(DynamoDBClient);
    try {
      const Keys = [marshall({ task_id: '2', step_id: '#task' })];
      const answer = (item: object) => ({ Responses: { [world.table.tableName]: [marshall(item)] } });
      dynamo.resolves({});
      dynamo
        .on(BatchGetItemCommand)
        .resolvesOnce({ ...answer(asked('1')), UnprocessedKeys: { [world.table.tableName]: { Keys } } })
        .resolvesOnce(answer(asked('2')));
      const { context } = createCommandContext();
      await world.run(context, 'backfill', '--range', '1..3');

      expect(idsOf(await world.receiveMessages())).toEqual(['3']);
    } finally {
      dynamo.restore();
    }
  });

  it('fails when the queue will never take a message', async () => {
    const sqs = mockClient(SQSClient);
    try {
      sqs.resolves({});
      const refusal = { Id: '0', Code: 'InvalidMessageContents', SenderFault: true };
      sqs.on(SendMessageBatchCommand).resolves({ Failed: [refusal], Successful: [] });
      const { context, noted, waits } = createCommandContext();

      expect(await world.run(context, 'backfill', '--range', '1..1')).toBe(EXIT.failed);
      expect(waits).toEqual([]);
      expect(noted).toEqual(['The queue did not take 1 messages (InvalidMessageContents).']);
    } finally {
      sqs.restore();
    }
  });

  it('begins nothing more after a Ctrl-C, and says how to go on', async () => {
    const { context, interrupt, noted, printed } = createCommandContext({
      onWait: (count) => (count === 2 ? interrupt() : undefined),
    });

    expect(await world.run(context, 'backfill', '--range', '1..20')).toBe(EXIT.interrupted);
    expect(idsOf(await world.receiveMessages())).toHaveLength(10);
    expect(noted).toEqual(['Stopped at 10 of 20 tasks: the same command goes on from there.']);
    expect(printed).toEqual([]);
  });

  it('says that it begins anew after a Ctrl-C with --force', async () => {
    const { context, interrupt, noted } = createCommandContext({
      onWait: (count) => (count === 2 ? interrupt() : undefined),
    });
    await world.run(context, 'backfill', '--range', '1..20', '--force');

    expect(noted).toEqual(['Stopped at 10 of 20 tasks: with --force the same command begins anew.']);
  });
});

describe('the closing count', () => {
  const tooLarge = { error: { stage: 'download', code: 'too_large', message: 'It is too large.' } };
  const notReady = { error: { stage: 'resolve', code: 'not_available', message: 'There is none yet.' } };

  beforeEach(async () => {
    for (const taskId of ['1', '2', '3', '4', '5', '6', '7']) await world.put(asked(taskId));
    await world.put(ended('1', 'ARCHIVED'));
    await world.put(ended('2', 'FAILED', tooLarge));
    await world.put(ended('3', 'NOT_AVAILABLE'));
    await world.put(ended('4', 'NOT_FOUND'));
    await world.put(ended('5', 'PENDING', notReady));
    // One more than the task names, from its own event; the worst says how the task is.
    await world.put(ended('6', 'ARCHIVED'));
    await world.put({ ...ended('6', 'FAILED', tooLarge), step_id: 'other' });
    // Nobody knows what this is; nothing else must suffer for it.
    await world.put(ended('7', 'NOVEL'));
    await world.put({ task_id: '8', step_id: '#task', status: 'NOT_FOUND', ...notReady });
    await world.put({ task_id: '9', step_id: '#task', status: 'FAILED', ...tooLarge });
    await world.put({ task_id: '10', step_id: '#task', status: 'DISCOVERED', step_ids: [], document_count: 0 });
    await world.put({ ...asked('11'), ...tooLarge, unfinished: 'f1' });
    await world.put({ ...asked('12'), ...notReady, unfinished: '1' });
  });

  it('adds up, with a line for each that is not archived', async () => {
    const { context, printed } = createCommandContext();

    expect(await world.run(context, 'backfill', '--range', '1..13')).toBe(EXIT.found);
    expect(printed.slice(-3)).toEqual([
      '13 tasks asked for = 2 archived + 1 not available + 2 not found + 5 failed + 3 still under way',
      'Asked for now: 1; before: 12. Archived documents: 2.',
      'The same command says later what became of the rest; --wait waits for it.',
    ]);
    expect(printed.slice(0, -3).toSorted()).toEqual(
      [
        '2 step  failed: It is too large. (too_large)',
        '3 step  not available',
        '4 step  not found',
        '5 step  still under way: There is none yet. (not_available)',
        '6 other  failed: It is too large. (too_large)',
        '7  failed: A record of it can not be read. (record_unreadable)',
        '8  not found: There is none yet. (not_available)',
        '9  failed: It is too large. (too_large)',
        '11  failed: It is too large. (too_large)',
        '12  still under way: There is none yet. (not_available)',
      ].toSorted(),
    );
  });

  it('shows nothing that a terminal would obey', async () => {
    const error = { stage: 'resolve', code: 'odd\u001B[2J', message: 'It is\r\u202E odd.' };
    await world.put(asked('15'));
    await world.put({ ...ended('15', 'FAILED', { error }), step_id: 'step\u001B[2J' });
    const { context, printed } = createCommandContext();
    await world.run(context, 'backfill', '--range', '15..15');

    expect(printed[0]).toBe('15 step\\u{1b}[2J  failed: It is\\u{d}\\u{202e} odd. (odd\\u{1b}[2J)');
  });

  it('is over all records of a task, however many pages they take', async () => {
    const padding = 'x'.repeat(380_000);
    const stepIds = ['a', 'b', 'c', 'd'];
    for (const step_id of stepIds) await world.put({ task_id: '20', step_id, status: 'ARCHIVED', padding });
    await world.put({ ...asked('20'), step_ids: stepIds });
    const { context, printed } = createCommandContext();

    expect(await world.run(context, 'backfill', '--range', '20..20')).toBe(EXIT.ok);
    expect(printed.at(-1)).toBe('Asked for now: 0; before: 1. Archived documents: 4.');
  });

  it.each([[[]], [['--force', '--wait']]])(
    'counts what was purged, and asks for it on no account (%j)',
    async (more) => {
      await world.put({ task_id: '21', step_id: '#task', status: 'PURGED', reason: 'a law', purged_at: '2026' });
      const { context, printed } = createCommandContext();

      expect(await world.run(context, 'backfill', '--range', '21..21', ...more)).toBe(EXIT.ok);
      expect(printed[0]).toBe('1 task asked for = 0 archived + 0 not available + 0 not found + 0 failed + 1 purged');
      expect(await world.receiveMessages()).toEqual([]);
    },
  );

  it('is a JSON line behind the others with --json', async () => {
    const { context, printed } = createCommandContext();
    await world.run(context, 'backfill', '--range', '1..13', '--json');
    const lines = printed.map((line) => JSON.parse(line));

    expect(lines).toContainEqual({
      task_id: '2',
      step_id: 'step',
      outcome: 'failed',
      error: { code: 'too_large', message: 'It is too large.' },
    });
    expect(lines).toContainEqual({ task_id: '13', outcome: 'under_way' });
    expect(lines.at(-1)).toEqual({
      asked: 13,
      archived: 2,
      not_available: 1,
      not_found: 2,
      failed: 5,
      purged: 0,
      under_way: 3,
      sent: 1,
      known: 12,
      documents: 2,
      unreachable_files: 0,
      unlisted_files: 0,
      skipped_lines: 0,
    });
  });

  it.each(['2..2', '8..8'])('takes nothing that was there before --force for an answer (%s)', async (range) => {
    const { context, printed } = createCommandContext();
    await world.run(context, 'backfill', '--range', range, '--force');

    expect(printed[0]).toBe(
      '1 task asked for = 0 archived + 0 not available + 0 not found + 0 failed + 1 still under way',
    );
  });

  it('waits with --wait until nothing is under way', async () => {
    const { context, printed } = createCommandContext({
      onWait: async (count) => {
        if (count === 1) await world.put({ ...asked('2'), updated_at: '2026-02-02T00:00:00.000Z' });
        if (count === 2) await world.put(ended('2', 'ARCHIVED', { updated_at: '2026-02-02T00:00:01.000Z' }));
      },
    });

    expect(await world.run(context, 'backfill', '--range', '2..2', '--force', '--wait')).toBe(EXIT.ok);
    expect(printed).toEqual([
      '1 task asked for = 1 archived + 0 not available + 0 not found + 0 failed',
      'Asked for now: 1; before: 0. Archived documents: 1.',
    ]);
  });

  it('tells of files that the API can not give, which nobody has archived', async () => {
    await world.put({ ...asked('14'), unreachable_files: 2 });
    await world.put(ended('14', 'ARCHIVED'));
    const { context, printed } = createCommandContext();

    expect(await world.run(context, 'backfill', '--range', '14..14')).toBe(EXIT.found);
    expect(printed.at(-1)).toBe("Generated files that Chamelio's API can not give: 2.");
  });

  it('exits with 1 while something is under way', async () => {
    const { context } = createCommandContext();

    expect(await world.run(context, 'backfill', '--range', '5..5')).toBe(EXIT.found);
  });

  it('expects no answer of a document that its task does not name', async () => {
    const { context, printed } = createCommandContext({
      onWait: async () => {
        await world.put({ ...asked('6'), updated_at: '2026-02-02T00:00:00.000Z' });
        await world.put(ended('6', 'ARCHIVED', { updated_at: '2026-02-02T00:00:00.000Z' }));
      },
    });
    await world.run(context, 'backfill', '--range', '6..6', '--force', '--wait');

    expect(printed).toContain('1 task asked for = 0 archived + 0 not available + 0 not found + 1 failed');
  });

  it('looks at nothing more after a Ctrl-C, and adds up all the same', async () => {
    for (let taskNumber = 100; taskNumber < 130; taskNumber += 1)
      await world.put({ task_id: String(taskNumber), step_id: '#task', status: 'NOT_FOUND' });
    const { context, printed, interrupt } = createCommandContext({
      onProgress: (line) => void (line.startsWith('Counting') && interrupt()),
    });

    expect(await world.run(context, 'backfill', '--range', '100..129', '--json')).toBe(EXIT.interrupted);
    const { not_found: looked, under_way: left } = JSON.parse(printed.at(-1) ?? '');
    expect({ sum: looked + left, looked: looked < 15, left: left > 15 }).toEqual({ sum: 30, looked: true, left: true });
  });

  it('is given at once when a Ctrl-C ends the waiting', async () => {
    const { context, interrupt, printed } = createCommandContext({
      onWait: (count) => (count === 2 ? interrupt() : undefined),
    });

    expect(await world.run(context, 'backfill', '--range', '4..5', '--wait')).toBe(EXIT.interrupted);
    expect(printed).toContain(
      '2 tasks asked for = 0 archived + 0 not available + 1 not found + 0 failed + 1 still under way',
    );
  });
});
