import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'deployed-process.ts');

/** A bundle in a process and an environment of its own, as on Lambda; one call after the other. */
export type RunningFunction = { invoke: (event: unknown) => Promise<unknown>; close: () => Promise<void> };

export type Reply = { answer?: unknown; error?: string };

/** Resolves when the bundle is loaded. */
export async function runDeployed(bundle: string, env: Record<string, string>): Promise<RunningFunction> {
  const child = fork(PROGRAM, [bundle], { env, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exit = once(child, 'exit');

  async function hear(): Promise<unknown> {
    const ended = exit.then(() => [{ error: 'its process ended' }]);
    const [{ answer, error }] = (await Promise.race([once(child, 'message'), ended])) as [Reply];
    if (error !== undefined) throw new Error(`${bundle}: ${error}`);
    return answer;
  }

  async function close(): Promise<void> {
    child.kill();
    await exit;
  }

  await hear().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    invoke(event) {
      const heard = hear();
      child.send(event as object);
      return heard;
    },
    close,
  };
}
