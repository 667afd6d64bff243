import { fork } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'observed-process.ts');

export type FunctionName = 'api' | 'archive' | 'sweep' | 'webhook';
export type Invocation = { functionName: FunctionName; event: unknown; clockAheadMs: number };

/** What an invocation gave back or threw, and what the process wrote meanwhile to stdout and stderr. */
export type Observed = { answer?: unknown; thrown?: string; output: string };

export type ObservedFunctions = Awaited<ReturnType<typeof startObservedFunctions>>;

/** The real handlers in a process of their own, whose whole output goes into a file: what is written is there at once. */
export async function startObservedFunctions(environment: Readonly<Record<string, string>>, directory: string) {
  const outputFile = join(directory, 'output');
  const output = await open(outputFile, 'a');
  const child = fork(PROGRAM, {
    env: environment,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
  });
  const ended = once(child, 'exit');
  let read = 0;

  return {
    /** One at a time. */
    async invoke(functionName: FunctionName, event: unknown, { clockAheadMs = 0 } = {}): Promise<Observed> {
      const answering = Promise.race([
        once(child, 'message').then(([message]) => message as Omit<Observed, 'output'>),
        ended.then(() => ({ thrown: 'The process ended.' })),
      ]);
      child.send({ functionName, event, clockAheadMs } satisfies Invocation);
      const answered = await answering;
      const written = await readFile(outputFile, 'utf8');
      const observed = { ...answered, output: written.slice(read) };
      read = written.length;
      return observed;
    },
    async close(): Promise<void> {
      child.kill('SIGKILL');
      await ended;
      await output.close();
    },
  };
}
