import { TransientError } from './errors.ts';
import { chooseDelay, type Delivery } from './retry-schedule.ts';

export type Turns = {
  /** Runs `ask` when it is its turn, or throws `braked` if the vendor has asked for quiet by then. */
  take: <T>(delivery: Delivery, ask: () => Promise<T>) => Promise<T>;
  /** Nobody is asked any more if this error says so; the rest comes back with the visibility of its message. */
  heed: (error: unknown, delivery: Delivery) => void;
};

/**
 * Lets a batch ask the vendor one at a time, so that a 401 or 429 spares it the rest. A vendor that is slow to answer
 * holds the next one up for `patienceMs` only.
 */
export function createTurns({ now, patienceMs = 1_000 }: { now: () => number; patienceMs?: number }): Turns {
  let last: Promise<void> = Promise.resolve();
  let brakeSeconds: number | undefined;

  function heed(error: unknown, delivery: Delivery) {
    if (error instanceof TransientError && error.retry.brake)
      brakeSeconds ??= chooseDelay(error.retry, delivery, now());
  }

  return {
    heed,
    async take(delivery, ask) {
      const before = last;
      const { promise, resolve: end } = Promise.withResolvers<void>();
      last = promise;
      await before;
      const patience = setTimeout(end, patienceMs);
      const asking = brakeSeconds === undefined ? ask() : Promise.reject(createBraked(brakeSeconds));
      return asking
        .catch((error: unknown) => {
          heed(error, delivery);
          throw error;
        })
        .finally(() => {
          clearTimeout(patience);
          end();
        });
    },
  };
}

const createBraked = (delaySeconds: number) =>
  new TransientError({
    stage: 'resolve',
    code: 'braked',
    message: 'Another message of the batch was told to wait.',
    retry: { scheduled: true, delaySeconds },
  });
