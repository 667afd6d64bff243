import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'deployed-process.ts');

/** A bundle in a process and an environment of its own, as on Lambda. */
export type RunningFunction = { invoke: (event: unknown) => Promise<unknown>; close: () => Promise<void> };

/** Resolves when the bundle is loaded. */
export async function runDeployed(bundle: string, env: Record<string, string>): Promise<RunningFunction> {
  const child = fork(PROGRAM, [bundle], { env, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exit = once(child, 'exit');
  const died = exit.then(() => {
    throw new Error(`The process of ${bundle} ended.`);
  });
  died.catch(() => undefined);
  type Reply = { answer?: unknown; error?: string };
  const hear = () => Promise.race([once(child, 'message').then(([reply]) => reply as Reply), died]);

  await hear();
  return {
    /** One call after the other. */
    async invoke(event) {
      const heard = hear();
      child.send(event as object);
      const { answer, error } = await heard;
      if (error !== undefined) throw new Error(error);
      return answer;
    },
    async close() {
      child.kill();
      await exit;
    },
  };
}
