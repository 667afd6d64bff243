import { createDeadlineError, type Stage, TransientError } from './errors.ts';
import { createMemoryBudget, type MemoryBudget } from './memory-budget.ts';
import { createTurns, type Turns } from './take-turns.ts';

const LEASE_MARGIN_MS = 5_000;
const DEADLINE_MARGIN_MS = 15_000;
const MIN_LEFT_MS = 60_000;
const MEMORY_BYTES = 72 * 1024 * 1024;

/** What the messages of one invocation share. */
export type ArchiveRun = {
  /** Aborts copies and uploads early enough to release leases and to answer per message. */
  signal: AbortSignal;
  leaseExpiresAt: Date;
  /** @throws TransientError `no_time`: nothing is begun with less than 60 s left */
  assertTime: (stage: Stage) => void;
  turns: Turns;
  budget: MemoryBudget;
  end: () => void;
};

type Clock = { now: () => number; getRemainingTimeInMillis: () => number };

/** @see docs/design.md "The decisions" 1 and 4 */
export function createArchiveRun({ now, getRemainingTimeInMillis }: Clock): ArchiveRun {
  const remainingMs = getRemainingTimeInMillis();
  const deadline = new AbortController();
  const abort = () => deadline.abort(createDeadlineError('download'));
  const timer = setTimeout(abort, Math.max(0, remainingMs - DEADLINE_MARGIN_MS));
  return {
    signal: deadline.signal,
    leaseExpiresAt: new Date(now() + remainingMs + LEASE_MARGIN_MS),
    assertTime: (stage) => {
      if (getRemainingTimeInMillis() >= MIN_LEFT_MS) return;
      const message = 'Less than a minute was left to begin anything.';
      throw new TransientError({ stage, code: 'no_time', message, retry: { scheduled: true, delaySeconds: 0 } });
    },
    turns: createTurns({ now }),
    budget: createMemoryBudget(MEMORY_BYTES),
    end: () => clearTimeout(timer),
  };
}
