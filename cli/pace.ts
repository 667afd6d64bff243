import type { Context } from './context.ts';

/** Waits until so many more may begin. Rejects with the signal's abortion. */
export type Pace = (count: number) => Promise<void>;

/** Lets no more than so many a second begin, evenly: what was not used is not made up for later. */
export function createPace({ now, wait, signal }: Pick<Context, 'now' | 'wait' | 'signal'>, perSecond: number): Pace {
  let freeAt = now();
  return async (count) => {
    const waitMs = freeAt - now();
    freeAt = Math.max(freeAt, now()) + (count / perSecond) * 1000;
    if (waitMs > 0) await wait(waitMs, signal);
    signal.throwIfAborted();
  };
}
