import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT } from '../../cli/context.ts';
import { createCommandContext } from '../support/command-context.ts';
import { type OperatorWorld, startOperatorWorld } from '../support/operator-world.ts';

let world: OperatorWorld;
beforeEach(async () => {
  world = await startOperatorWorld();
});
afterEach(() => world.close());

const failed = (task_id: string, step_id: string, code: string) => ({
  task_id,
  step_id,
  status: 'FAILED',
  unfinished: 'f3',
  error: { stage: 'download', code, message: 'It failed.' },
});
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const letter = (task_id: string, step_id?: string, more: object = {}) => JSON.stringify({ task_id, step_id, ...more });

const MORE_LEFT =
  'There may be more dead letters than were looked at: run it again. What another run has hidden is seen within an hour.';

async function redrive(...words: string[]) {
  const { context, printed, noted } = createCommandContext();
  const exitCode = await world.run(context, 'redrive', ...words);
  return { exitCode, printed, noted };
}

describe('records', () => {
  beforeEach(async () => {
    await world.put({ ...failed('1', 'step', 'too_large'), workflow_name: 'NDA' });
    await world.put(failed('2', 'step', 'too_large'));
    await world.put(failed('3', '#task', 'id_refused'));
    await world.put({ task_id: '4', step_id: 'step', status: 'ARCHIVED' });
  });

  it('are sent for, with what set them off, and counted by reason', async () => {
    const { exitCode, printed } = await redrive();

    expect(exitCode).toBe(EXIT.ok);
    expect((await world.receiveMessages()).toSorted()).toEqual([
      '{"task_id":"1","step_id":"step","workflow_name":"NDA"}',
      '{"task_id":"2","step_id":"step"}',
      '{"task_id":"3"}',
    ]);
    expect(printed).toEqual([
      'FAILED records:',
      '       2  too_large: sent again',
      '       1  id_refused: sent again',
      'Dead letters:',
      '    none',
    ]);
  });

  it('are only those with the code that is named', async () => {
    await redrive('--code', 'id_refused');

    expect(await world.receiveMessages()).toEqual(['{"task_id":"3"}']);
  });

  it('are only those that have not changed for so long', async () => {
    await world.put({ ...failed('1', 'step', 'too_large'), updated_at: hoursAgo(1) });
    await world.put({ ...failed('2', 'step', 'too_large'), updated_at: hoursAgo(3) });
    await world.put({ ...failed('3', '#task', 'id_refused'), updated_at: hoursAgo(1) });
    await redrive('--older-than', '2h');

    expect(await world.receiveMessages()).toEqual([letter('2', 'step')]);
  });

  it('are sent for though another is spoilt', async () => {
    await world.put({ ...failed('5', 'step', 'too_large'), status: 'NOVEL' });
    const { printed } = await redrive();

    expect(await world.receiveMessages()).toHaveLength(3);
    expect(printed).toContain('       1  record_unreadable: left');
  });

  it('are counted by a reason that no terminal would obey', async () => {
    await world.put(failed('5', 'step', 'odd\u001B[2J'));

    expect((await redrive()).printed).toContain('       1  odd\\u{1b}[2J: sent again');
  });

  it('are sent for in more than one batch', async () => {
    for (let taskNumber = 100; taskNumber < 122; taskNumber += 1)
      await world.put(failed(String(taskNumber), 'step', 'too_large'));
    await redrive();

    expect(new Set(await world.receiveMessages()).size).toBe(25);
  });
});

describe('dead letters', () => {
  it('are sent again, whole, where nothing is recorded', async () => {
    const body = letter('1', 'step', { force: true, event_id: 'evt_1' });
    await world.putDeadLetters(body);
    const { exitCode, printed } = await redrive();

    expect(exitCode).toBe(EXIT.ok);
    expect(await world.receiveMessages()).toEqual([body]);
    expect(await world.receiveDeadLetters()).toEqual([]);
    expect(printed.slice(2)).toEqual(['Dead letters:', '       1  no record: sent again']);
  });

  it('are sent again where something is archived: it could have been for a newer version', async () => {
    await world.put({ task_id: '1', step_id: 'step', status: 'ARCHIVED' });
    await world.putDeadLetters(letter('1', 'step'));
    await redrive();

    expect(await world.receiveMessages()).toEqual([letter('1', 'step')]);
  });

  it('go without being sent where their record was sent for', async () => {
    await world.put(failed('1', 'step', 'unexpected'));
    await world.putDeadLetters(letter('1', 'step'));
    const { printed } = await redrive();

    expect(await world.receiveMessages()).toEqual([letter('1', 'step')]);
    expect(await world.receiveDeadLetters()).toEqual([]);
    expect(printed.at(-1)).toBe('       1  sent for already: removed');
  });

  it('are sent though their record was, if they ask for a copy of what is unchanged', async () => {
    await world.put(failed('1', 'step', 'unexpected'));
    const forced = letter('1', 'step', { force: true });
    await world.putDeadLetters(forced);
    await redrive();

    expect((await world.receiveMessages()).toSorted()).toEqual([forced, letter('1', 'step')].toSorted());
  });

  it('are sent once where two ask for the same', async () => {
    await world.putDeadLetters(letter('1'), letter('1'));
    await redrive();

    expect(await world.receiveMessages()).toEqual([letter('1')]);
  });

  it('that only tell of a task stand in for none that asks for its documents', async () => {
    const tell = (event: string) => JSON.stringify({ event, data: { task_id: '1' } });
    await world.putDeadLetters(tell('flows.tasks.created'), tell('flows.tasks.canceled'), letter('1'));
    await redrive();

    expect(await world.receiveMessages()).toHaveLength(3);
  });

  it.each([
    ['are sent though their document was sent for, while nobody has heard of their task', false, 2],
    ['go once their document was sent for, where their task is known', true, 1],
  ])('of a step change %s', async (_what, isKnown, messages) => {
    await world.put(failed('1', 'step', 'unexpected'));
    if (isKnown) await world.put({ task_id: '1', step_id: '#task', status: 'OPEN' });
    const data = { task_id: '1', previous_step: { step_id: 'step' } };
    await world.putDeadLetters(JSON.stringify({ event: 'flows.tasks.step_change', data }));
    await redrive();

    expect(await world.receiveMessages()).toHaveLength(messages);
  });

  it('of one document say nothing of another of its task', async () => {
    await world.put(failed('1', 'step', 'unexpected'));
    await world.putDeadLetters(letter('1', 'other'), letter('1'));
    await redrive();

    expect(await world.receiveMessages()).toHaveLength(3);
  });

  it('stay, seen and listed, where they are malformed', async () => {
    await world.putDeadLetters('not JSON', '{"task_id":"../1"}', '{}');
    const { exitCode, printed } = await redrive();

    expect(exitCode).toBe(EXIT.found);
    expect(printed.slice(3, 4)).toEqual(['       3  malformed: left']);
    expect(
      printed
        .slice(4)
        .map((line) => line.replace(/^ +malformed: [0-9a-f-]{36}: /, ''))
        .toSorted(),
    ).toEqual([
      'event: expected the name of an event',
      'expected JSON',
      'task_id: expected 1 to 128 letters, digits or . _ : - that begin with a letter or digit',
    ]);
    expect(await world.receiveDeadLetters()).toHaveLength(3);
    expect(await world.receiveMessages()).toEqual([]);
  });

  it('stay, seen, where their reason is another than the one that is named', async () => {
    await world.put(failed('1', 'step', 'too_large'));
    await world.putDeadLetters(letter('1', 'step'), letter('2', 'step'));
    const { exitCode, printed } = await redrive('--code', 'id_refused');

    expect(exitCode).toBe(EXIT.ok);
    expect(printed.at(-1)).toBe('       2  not selected: left');
    expect(await world.receiveMessages()).toEqual([]);
    expect(await world.receiveDeadLetters()).toHaveLength(2);
  });

  it('stay where they are younger than is asked for', async () => {
    await world.put({ ...failed('1', 'step', 'too_large'), updated_at: hoursAgo(1) });
    await world.putDeadLetters(letter('1', 'step'), letter('2', 'step'));
    await redrive('--older-than', '2h');

    expect(await world.receiveMessages()).toEqual([]);
    expect(await world.receiveDeadLetters()).toHaveLength(2);
  });

  it('are looked at to the last one', async () => {
    const taskIds = Array.from({ length: 25 }, (_, index) => `task_${index}`);
    for (let start = 0; start < 25; start += 5)
      await world.putDeadLetters(...taskIds.slice(start, start + 5).map((taskId) => letter(taskId)));
    await redrive();

    expect((await world.receiveMessages()).toSorted()).toEqual(taskIds.map((taskId) => letter(taskId)).toSorted());
  });

  it('are seen to the end of what is left, though it takes until the first ones are seen again', async () => {
    await world.putDeadLetters('not JSON', '{}', letter('1'));
    world.hideFor(0);
    const { printed } = await redrive();

    expect(printed.slice(3, 5).toSorted()).toEqual(['       1  no record: sent again', '       2  malformed: left']);
  });

  it('may be more than were looked at, where the first ones are seen again before the last', async () => {
    for (let sent = 0; sent < 3; sent += 1) {
      const taskIds = Array.from({ length: 10 }, (_, index) => `task_${sent}_${index}`);
      await world.putDeadLetters(...taskIds.map((taskId) => letter(taskId)));
    }
    world.hideFor(0);

    expect(await redrive('--code', 'id_refused')).toMatchObject({ exitCode: EXIT.found, noted: [MORE_LEFT] });
  });

  it('may be more than were looked at, where somebody has hidden one', async () => {
    await world.putDeadLetters(letter('1'));
    await world.receiveDeadLetters();
    const { exitCode, printed, noted } = await redrive('--json');

    expect({ exitCode, noted }).toEqual({ exitCode: EXIT.found, noted: [MORE_LEFT] });
    expect(JSON.parse(printed.join(''))).toMatchObject({ complete: false });
  });

  it('are left alone once they are gone', async () => {
    const calls: string[] = [];
    world.watchCalls((action) => void calls.push(action));
    await world.putDeadLetters(letter('1'));
    await redrive();

    expect(calls.filter((action) => /Delete|Change/.test(action))).toEqual(['DeleteMessageBatch']);
  });

  it('are sent in batches that SQS takes, however large they are', async () => {
    const calls: string[] = [];
    world.watchCalls((action) => void calls.push(action));
    const large = ['1', '2', '3'].map((taskId) => letter(taskId, undefined, { note: 'x'.repeat(100_000) }));
    for (const body of large) await world.putDeadLetters(body);
    await redrive();

    expect(calls.filter((action) => action === 'SendMessageBatch')).toHaveLength(2);
    expect((await world.receiveMessages()).toSorted()).toEqual(large);
  });

  it('are still there when they could not be removed, and have been sent by then', async () => {
    await world.putDeadLetters(letter('1'));
    world.watchCalls((action) => {
      if (action === 'DeleteMessageBatch') throw new Error('Nobody answers this.');
    });

    expect((await redrive()).exitCode).toBe(EXIT.failed);
    expect(await world.receiveMessages()).toEqual([letter('1')]);
    expect(await world.receiveDeadLetters()).toEqual([letter('1')]);
  });
});

describe('a dry run', () => {
  beforeEach(async () => {
    await world.put(failed('1', 'step', 'too_large'));
    await world.putDeadLetters(letter('1', 'step'), letter('2'));
  });

  it('changes nothing, and hides nothing', async () => {
    await redrive('--dry-run');

    expect(await world.receiveMessages()).toEqual([]);
    expect((await world.receiveDeadLetters()).toSorted()).toEqual([letter('1', 'step'), letter('2')].toSorted());
  });

  it('says what would happen', async () => {
    const { printed } = await redrive('--dry-run');

    expect(printed.toSorted()).toEqual(
      [
        'FAILED records:',
        '       1  too_large: would be sent again',
        'Dead letters:',
        '       1  no record: would be sent again',
        '       1  sent for already: would be removed',
      ].toSorted(),
    );
  });

  it('says it as one JSON value with --json', async () => {
    const { printed } = await redrive('--dry-run', '--json');
    const [report, ...more] = printed.map((line) => JSON.parse(line));

    expect(more).toEqual([]);
    expect(report).toEqual({
      dry_run: true,
      complete: true,
      groups: expect.arrayContaining([
        { kind: 'record', reason: 'too_large', fate: 'sent', count: 1 },
        { kind: 'dead_letter', reason: 'sent for already', fate: 'removed', count: 1 },
        { kind: 'dead_letter', reason: 'no record', fate: 'sent', count: 1 },
      ]),
      malformed: [],
    });
  });
});

it('begins nothing after a Ctrl-C', async () => {
  await world.put(failed('1', 'step', 'too_large'));
  await world.putDeadLetters(letter('2'));
  const { context, interrupt } = createCommandContext();
  interrupt();

  expect(await world.run(context, 'redrive')).toBe(EXIT.interrupted);
  expect(await world.receiveMessages()).toEqual([]);
  expect(await world.receiveDeadLetters()).toEqual([letter('2')]);
});

it('refuses an age that is none with a sentence', async () => {
  expect(await redrive('--older-than', 'yesterday')).toEqual({
    exitCode: EXIT.usage,
    printed: [],
    noted: ['"yesterday" is no age: expected a whole number and m, h, d or w, such as 2h or 3d.'],
  });
});
