import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'function-process.ts');
const TIMEOUTS_MS = { archive: 900_000, webhook: 10_000 };

export type FunctionName = keyof typeof TIMEOUTS_MS;
export type Invocation = { functionName: FunctionName; event: unknown; timeoutMs: number; clockAheadMs: number };

/** A process that ended before it answered gives no answer. */
export type Outcome = { answer: unknown } | 'died';

export type FunctionHost = ReturnType<typeof startFunctionHost>;

/**
 * Runs the handlers in a real process that can be killed. A killed one is replaced by a fresh one, which has been
 * started meanwhile.
 */
export function startFunctionHost(environment: Readonly<Record<string, string>>) {
  let current = startProcess(environment);
  let spare = startProcess(environment);

  async function end(starting: Promise<ChildProcess>): Promise<void> {
    const child = await starting;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  return {
    async invoke(functionName: FunctionName, event: unknown, clockAheadMs: number): Promise<Outcome> {
      const child = await current;
      const invocation: Invocation = { functionName, event, timeoutMs: TIMEOUTS_MS[functionName], clockAheadMs };
      const listening = new AbortController();
      const { signal } = listening;
      try {
        const outcome = Promise.race([
          once(child, 'message', { signal }).then(([message]) => message as { answer: unknown } | { error: string }),
          once(child, 'exit', { signal }).then(() => 'died' as const),
        ]);
        child.send(invocation);
        const ended = await outcome;
        if (ended !== 'died' && 'error' in ended) throw new Error(`${functionName} threw ${ended.error}`);
        return ended;
      } finally {
        listening.abort();
      }
    },
    /** Resolves when the process is gone. */
    async kill(): Promise<void> {
      const killed = current;
      current = spare;
      spare = startProcess(environment);
      await end(killed);
    },
    close: async () => void (await Promise.all([current, spare].map(end))),
  };
}

async function startProcess(environment: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const child = fork(PROGRAM, { env: environment, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (!first?.isReady) throw new Error('A process of the handlers did not start.');
  return child;
}
