import { describe, expect, it } from '@jest/globals';
import { runCli } from '../support/run-cli.ts';

const help = await runCli(['--help']);
const commands = [...help.printed.join('\n').matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name as string);

it('has commands', () => {
  expect(commands).toEqual(expect.arrayContaining(['archive', 'doctor', 'send', 'status']));
});

describe.each(commands)('%s', (command) => {
  it('has help with an example, on stdout', async () => {
    const { exitCode, printed, noted } = await runCli([command, '--help']);

    expect({ exitCode, noted }).toEqual({ exitCode: 0, noted: [] });
    expect(printed.join('\n')).toMatch(new RegExp(`Examples?:\\n  chamelio-archive ${command}`));
  });

  it('speaks to programs, too', async () => {
    const { printed } = await runCli([command, '--help']);
    expect(printed.join('\n')).toContain('--json');
  });
});

describe('what was typed wrong ends with 2, says one sentence and the nearest right word', () => {
  it.each([
    ['a flag', ['status', '--failled'], "error: unknown option '--failled'\n(Did you mean --failed?)"],
    ['a command', ['doctr'], "error: unknown command 'doctr'\n(Did you mean doctor?)"],
    ['an argument that is missing', ['archive'], "error: missing required argument 'task'"],
    ['a flag that is missing', ['send', 'event.json'], "error: required option '--to <url>' not specified"],
    ['one word too many', ['doctor', 'now'], "error: too many arguments for 'doctor'. Expected 0 arguments but got 1."],
  ])('%s', async (_, words, sentence) => {
    expect(await runCli(words)).toEqual({ exitCode: 2, printed: [], noted: [sentence] });
  });
});

it('shows its help to whoever types nothing, and ends with 2', async () => {
  const { exitCode, printed, noted } = await runCli([]);

  expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: [] });
  expect(noted.join('\n')).toContain('Usage: chamelio-archive');
});

it('names everything that the environment lacks at once, and ends with 2', async () => {
  expect(await runCli(['archive', 'task_1'])).toEqual({
    exitCode: 2,
    printed: [],
    noted: [
      'Wrong configuration: ARCHIVE_BUCKET is missing; ARCHIVE_TABLE is missing; ARCHIVE_QUEUE_URL expected the URL of a queue.',
    ],
  });
});

it.each([['../x'], ['#task'], ['a'.repeat(129)], ['']])('names an id that is none: %j', async (id) => {
  const { exitCode, noted } = await runCli(['archive', id]);

  expect(exitCode).toBe(2);
  expect(noted).toEqual([expect.stringContaining(`${JSON.stringify(id)} is no id`)]);
});

it('ends with 3 when it could not be done', async () => {
  const to = 'http://127.0.0.1:1/webhooks/chamelio';
  const env = { CHAMELIO_WEBHOOK_SECRET: 'a-secret-of-the-tests' };
  const words = ['send', 'events/webhook.tasks-completed.json', '--to', to];

  expect(await runCli(words, { env })).toEqual({
    exitCode: 3,
    printed: [],
    noted: ['There is no answer from http://127.0.0.1:1 (bad port).'],
  });
});
