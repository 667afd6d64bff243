import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Finding } from '../../cli/verdict.ts';
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

const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' };

it('ends with 1 when doctor finds no credentials, and looks at nothing in AWS', async () => {
  const { stdout, code } = await run(['doctor', '--json'], none);
  const findings = JSON.parse(stdout) as Finding[];

  expect(code).toBe(1);
  expect(findings.map(({ check, result }) => [check, result])).toEqual([
    ['configuration', 'ok'],
    ['AWS credentials', 'wrong'],
    ['vendor key', 'unknown'],
    ['webhook secret', 'unknown'],
  ]);
});

it('ends with 3 when there are no credentials', async () => {
  const { stderr, code } = await run(['status'], none);
  expect(code).toBe(3);
  expect(stderr).toBe('There are no AWS credentials: set a profile, or AWS_ACCESS_KEY_ID.\n');
});

describe('begins nothing more, and ends with 130,', () => {
  const list = () => start(['status', '--unfinished', '--json']);

  beforeAll(async () => {
    const unfinished = world.shardOf('task_many');
    // More than DynamoDB hands out, and a pipe holds, at a time.
    const more = { status: 'PENDING', unfinished, event: 'x'.repeat(300_000) };
    const steps = Array.from({ length: 12 }, (_, index) => `step_${index}`);
    await Promise.all(steps.map((step_id) => world.putRecord({ task_id: 'task_many', step_id, ...more })));
  });

  it('when whoever reads the answer has gone', async () => {
    const child = list();
    const errors: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => void errors.push(chunk.toString()));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'close');

    expect({ code, errors }).toEqual({ code: 130, errors: [] });
  });

  it('at Ctrl-C, after the line that it is at', async () => {
    const child = list();
    child.stdout.once('data', () => void child.kill('SIGINT'));
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const lines = output.trimEnd().split('\n');

    expect(code).toBe(130);
    expect(lines.length).toBeLessThan(12);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ task_id: 'task_many' });
  });
});
