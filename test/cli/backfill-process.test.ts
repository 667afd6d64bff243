import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EXIT } from '../../cli/context.ts';
import { type OperatorWorld, startOperatorWorld } from '../support/operator-world.ts';

const PROGRAM = join(import.meta.dirname, '../../cli/main.ts');

let world: OperatorWorld;
beforeAll(async () => {
  world = await startOperatorWorld();
});
afterAll(() => world.close());

it('takes tasks from stdin, and finishes at a Ctrl-C what it has begun', async () => {
  const words = ['backfill', '--tasks', '-', '--rate', '1'];
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    env: { ...world.env, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  });
  world.watchCalls((action) => void (action === 'SendMessageBatch' && child.kill('SIGINT')));
  child.stdin.end('task_id\ntask_1\ntäsk_2\ntask_3\ntask_4');
  const [output, errors, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);

  expect(errors.split('\n').slice(0, -1)).toEqual([
    '-:3: "täsk_2" is no task id: expected 1 to 128 letters, digits or . _ : - that begin with a letter or digit; skipped.',
    'Stopped at 1 of 3 tasks: the same command goes on from there.',
  ]);
  expect({ exitCode, output }).toEqual({ exitCode: EXIT.interrupted, output: '' });
  expect(await world.receiveMessages()).toEqual(['{"task_id":"task_1"}']);
});
