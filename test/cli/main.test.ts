import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type CliWorld, startCliWorld } from '../support/cli-world.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');
const account = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

let world: CliWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
afterAll(() => world?.close());

const start = (words: readonly string[]) => spawn(execPath, [main, ...words], { env: { ...account, ...world.env } });

type End = { stdout: string; stderr: string; code?: number };

async function run(words: readonly string[], env: Record<string, string> = {}) {
  const ending = promisify(execFile)(execPath, [main, ...words], { env: { ...account, ...world.env, ...env } });
  const { stdout, stderr, code = 0 } = (await ending.catch((end: unknown) => end)) as End;
  return { stdout, stderr, code };
}

it('answers on stdout and ends with 0', async () => {
  const { stdout, stderr, code } = await run(['archive', 'task_main', '--json']);

  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ status: 'queued', task_id: 'task_main' });
});

it('ends with 1 when there is no such task', async () => {
  expect(await run(['status', 'task_unheard_of'])).toEqual({
    stdout: '',
    stderr: 'There is no record of task task_unheard_of.\n',
    code: 1,
  });
});

it('ends with 2 when a setting is missing', async () => {
  const { stderr, code } = await run(['status'], { ARCHIVE_TABLE: '' });
  expect({ stderr, code }).toEqual({ stderr: 'Wrong configuration: ARCHIVE_TABLE is missing.\n', code: 2 });
});

it('ends with 3 when there are no credentials', async () => {
  const none = {
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    HOME: '/nowhere',
  };
  const { stderr, code } = await run(['status'], none);
  expect(code).toBe(3);
  expect(stderr).toBe('There are no AWS credentials: set a profile, or AWS_ACCESS_KEY_ID.\n');
});

it('begins nothing more when whoever reads the answer has gone', async () => {
  const unfinished = world.shardOf('task_many');
  const steps = Array.from({ length: 12 }, (_, index) => `step_${index}`);
  // More than DynamoDB hands out, and a pipe holds, at a time.
  const event = 'x'.repeat(300_000);
  await Promise.all(
    steps.map((step_id) => world.putRecord({ task_id: 'task_many', step_id, status: 'PENDING', unfinished, event })),
  );
  const child = start(['status', '--unfinished', '--json']);
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => void errors.push(chunk.toString()));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = await once(child, 'close');

  expect({ code, errors }).toEqual({ code: 130, errors: [] });
});
