import type * as fc from 'fast-check';
import { createDeadlineError, TransientError } from '../../../lib/errors.ts';
import type { ClockModel } from './clock-model.ts';
import type { Fates } from './fate.ts';

type Options = { name: string; scheduler: fc.Scheduler; clock: ClockModel; fates: Fates };

/** `failure`: the code of the error when it fails. `replacement`: what it answers when its answer is replaced. */
type Call<T> = {
  label: string;
  failure?: string;
  signal?: AbortSignal | undefined;
  replacement?: T;
  run: () => Promise<T>;
};

export type WorkerModel = {
  name: string;
  /** Makes a call to the outside when it is its turn, and meets its fate. */
  call: <T>(call: Call<T>) => Promise<T>;
  /** Ends when the worker dies; a dead one never goes on. */
  death: Promise<'dead'>;
  /** Time goes by for all while one waits. */
  wait: (ms: number, signal?: AbortSignal) => Promise<void>;
};

const rest = () => new Promise<never>(() => undefined);

/** One invocation of the function. */
export function createWorkerModel({ name, scheduler, clock, fates }: Options): WorkerModel {
  const { promise: death, resolve } = Promise.withResolvers<'dead'>();
  let isDead = false;
  let calls = 0;

  async function takeTurn(label: string): Promise<void> {
    await scheduler.schedule(Promise.resolve(), `${name} ${label}`);
    if (isDead) await rest();
  }

  function die(): Promise<never> {
    isDead = true;
    resolve('dead');
    return rest();
  }

  async function call<T>({ label, failure = 'unavailable', signal, run, ...more }: Call<T>): Promise<T> {
    const fate = fates.get(calls++);
    await takeTurn(`${label}${fate ? `, which ${fate.kind}` : ''}`);
    if (fate?.kind === 'stalls') {
      (fate.isFrozen ? clock.freeze : clock.pass)(fate.ms);
      for (let turn = 0; turn < fate.turns; turn += 1) await takeTurn(`still at ${label}`);
    }
    if (fate?.kind === 'diesBefore') return die();
    if (signal?.aborted) throw createDeadlineError('store');
    if (fate?.kind === 'fails') throw createFailure(failure);
    if (fate?.kind === 'isReplaced' && 'replacement' in more) return more.replacement;
    const answer = await run();
    if (fate?.kind === 'diesAfter') return die();
    if (fate?.kind === 'isLost') throw createFailure(failure);
    if (fate?.kind !== 'isRepeated') return answer;
    await takeTurn(`${label} again`);
    return run();
  }

  return {
    name,
    call,
    death,
    wait: async (ms, signal) => {
      clock.pass(ms);
      await takeTurn('wait');
      signal?.throwIfAborted();
    },
  };
}

export const createFailure = (code: string) => new TransientError({ stage: 'store', code, message: 'It failed.' });
