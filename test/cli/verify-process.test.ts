import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startStallingFront } from '../support/stalling-front.ts';
import { startVerifyWorld, type VerifyWorld } from '../support/verify-world.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');

let world: VerifyWorld;

beforeEach(async () => {
  world = await startVerifyWorld();
});
afterEach(() => world.close());

function start(words: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(execPath, [main, 'verify', ...words, '--report', world.reportFile], {
    env: { ...world.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ending = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { child, whenEnded: ending.then(([[exitCode], stdout, stderr]) => ({ exitCode, stdout, stderr })) };
}

describe('the process', () => {
  it('ends with 1 where something was found, and shows no bar to whoever is no terminal', async () => {
    await world.archive('1', { text: 'flipped' });
    await world.flipByte('flipped');
    const { exitCode, stderr } = await start(['--all']).whenEnded;
    expect([exitCode, stderr]).toEqual([1, '1 found that is not as recorded, or could not be read.\n']);
  });

  it('writes the report of what was checked so far on Ctrl-C, and ends with 130', async () => {
    await world.archive('1');
    await world.archive('2', { text: 'never read to its end' });
    const running: { child?: ChildProcess } = {};
    // S3 never gives the second one; the first has been given by then, or is not counted.
    const front = await startStallingFront(world.s3.url, ({ url }) => {
      const isSecond = url.includes('tasks/2/');
      if (isSecond) running.child?.kill('SIGINT');
      return isSecond;
    });
    const { child, whenEnded } = start(['--all'], { AWS_ENDPOINT_URL_S3: front.url });
    running.child = child;
    const { exitCode, stderr } = await whenEnded;
    await front.close();
    const { complete, documents } = await world.readReport();
    expect([exitCode, complete, documents.checked]).toEqual([130, false, documents.right]);
    expect(stderr).toContain('Incomplete (interrupted).');
  });
});
