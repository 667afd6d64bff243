import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Run } from './measure-run.ts';

/** What a contender's process measured, once it has ended; rejects when it ends without a word. */
export async function receiveRun(child: ChildProcess, contender: string): Promise<Run> {
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`${contender} ended with ${String(code)}.`);
  });
  const [run] = (await Promise.race([once(child, 'message'), ended])) as [Run];
  await ended.catch(() => undefined);
  return run;
}
