import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runProgram } from '../../cli/program.ts';
import { createDemoTask } from '../../local/demo-task.ts';
import { type Stack, startStack } from '../../local/stack.ts';

let stack: Stack;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'verify-'));
  stack = await startStack({
    directory,
    tasks: [await createDemoTask()],
    environment: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
  });
  await stack.postWebhook(
    await readFile(join(import.meta.dirname, '../../events/webhook.tasks-completed.json'), 'utf8'),
  );
  await stack.whenQuiet(25_000);
}, 60_000);
afterAll(async () => {
  await stack.close();
  await rm(directory, { recursive: true });
});

it('finds all as recorded that the functions archived, in one request and in parts', async () => {
  const exitCode = await runProgram(['verify', '--all', '--report', join(directory, 'report')], {
    env: stack.environment,
    terminal: { print: () => undefined, note: () => undefined, progress: undefined },
    now: () => Date.now(),
    wait: async () => undefined,
    signal: new AbortController().signal,
  });
  const { report } = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8'));
  expect([exitCode, report.documents]).toEqual([
    0,
    expect.objectContaining({ tasks: 1, checked: 3, right: 3, s3_checksum: { sha256: 2, crc32: 1, none: 0 } }),
  ]);
});
