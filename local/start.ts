import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createDemoTask } from './demo-task.ts';
import { demonstrate } from './demonstration.ts';
import { divertOutput } from './divert-output.ts';
import { type Ports, type Stack, startStack } from './stack.ts';
import { describeTakenPorts } from './taken-ports.ts';
import { describeMore, describeStack } from './try-more.ts';

type Print = (line: string) => void;

const fixedPorts: Ports = {
  webhook: 8787,
  vendor: 8788,
  storage: 8789,
  s3: 9000,
  dynamodb: 8000,
  sqs: 9324,
  events: 9325,
};

/** Shows the whole path on fixed ports, then stays up until Ctrl-C. */
async function stayUp(): Promise<void> {
  const taken = await describeTakenPorts(Object.values(fixedPorts));
  if (taken) return exitWith(taken);
  // Only now: until its ports are ours, the directory may belong to a stack that runs.
  const directory = join(import.meta.dirname, '..', '.local');
  rmSync(directory, { recursive: true, force: true });
  const { stack, print, logFile } = await run(directory, fixedPorts, join(directory, 'documents'));

  const environmentFile = join(directory, 'environment');
  const lines = Object.entries(stack.environment).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(environmentFile, lines.join(''), { mode: 0o600 });
  print(describeMore(stack, relative(process.cwd(), environmentFile)));
  print(`What the handlers log: ${relative(process.cwd(), logFile)}. Ctrl-C ends it.`);
  // npm passes a Ctrl-C on to a process that the terminal has already sent it to: the second one is not impatience.
  let ended: Promise<void> | undefined;
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void (ended ??= end(stack, print)));
}

/** Shows the whole path and ends; on any free ports and in a directory of its own, so that it disturbs nothing. */
async function runOnce(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'chamelio-archive-'));
  const { stack, print, problems, logFile } = await run(directory, {});
  await stack.close();
  if (problems.length > 0) return exitWith(`Not everything was archived. What the handlers logged: ${logFile}`);
  rmSync(directory, { recursive: true, force: true });
  print(
    'All that can be archived is archived, and hashes to what its record says. `npm start` stays up to look at it.',
  );
  process.exit(0);
}

/** Starts everything and shows the path; a stack that stays up also leaves copies to open. */
async function run(directory: string, ports: Partial<Ports>, copiesDirectory?: string) {
  await mkdir(directory, { recursive: true });
  const logFile = join(directory, 'handlers.log');
  const task = await createDemoTask();
  const print = divertOutput(logFile);
  const onError = (error: unknown) => print(`A handler failed: ${describeError(error)}`);
  const stack = await startStack({ directory, tasks: [task], ports, onError });
  print(describeStack(stack));
  const problems = await demonstrate({ stack, task, copiesDirectory, print }).catch((error: unknown) => [
    describeError(error),
  ]);
  for (const problem of problems) print(problem);
  return { stack, print, problems, logFile };
}

async function end(stack: Stack, print: Print): Promise<void> {
  print('\nEnding: no more messages are taken, what runs is finished.');
  setTimeout(() => process.exit(0), 10_000).unref();
  await stack.close();
  process.exit(0);
}

function exitWith(sentence: string): void {
  // Not process.stderr.write: that may go to the handlers' log by now.
  writeSync(process.stderr.fd, `${sentence}\n`);
  process.exit(1);
}

const describeError = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

await (process.argv.includes('--once') ? runOnce() : stayUp()).catch((error: unknown) =>
  exitWith(describeError(error)),
);
