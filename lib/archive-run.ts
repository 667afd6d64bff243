import { createDeadlineError, type Stage, TransientError } from './errors.ts';
import { createMemoryBudget, type MemoryBudget } from './memory-budget.ts';
import { createTurns, type Turns } from './take-turns.ts';
import { withTimeLimit } from './with-time-limit.ts';

const LEASE_MARGIN_MS = 5_000;
const DEADLINE_MARGIN_MS = 15_000;
const MIN_LEFT_MS = 60_000;
const ANSWER_MARGIN_MS = 3_000;
const MEMORY_BYTES = 72 * 1024 * 1024;

/** What the messages of one invocation share. */
export type ArchiveRun = {
  /** Aborts copies and uploads early enough to release leases and to answer per message. */
  signal: AbortSignal;
  leaseExpiresAt: Date;
  /** Nothing is begun with less than a minute left: aborted with `no_time` then, for whoever still waits to begin. */
  closing: AbortSignal;
  /** @throws TransientError `no_time` */
  assertTime: (stage: Stage) => void;
  /** The outcome of `work`, or `deadline` three seconds before the invocation ends, whatever hangs. */
  limit: <T>(work: () => Promise<T>) => Promise<T>;
  turns: Turns;
  budget: MemoryBudget;
  end: () => void;
};

type Clock = { now: () => number; getRemainingTimeInMillis: () => number };

/** @see docs/design.md "The decisions" 1 and 4 */
export function createArchiveRun({ now, getRemainingTimeInMillis }: Clock): ArchiveRun {
  const remainingMs = getRemainingTimeInMillis();
  const deadline = new AbortController();
  const closing = new AbortController();
  const abort = () => deadline.abort(createDeadlineError('download'));
  const deadlineTimer = setTimeout(abort, Math.max(0, remainingMs - DEADLINE_MARGIN_MS));
  let closingTimer = setTimeout(close, Math.max(0, remainingMs - MIN_LEFT_MS));

  function close() {
    const leftMs = getRemainingTimeInMillis() - MIN_LEFT_MS;
    if (leftMs <= 0) closing.abort(createNoTime('download'));
    else closingTimer = setTimeout(close, leftMs);
  }

  return {
    signal: deadline.signal,
    closing: closing.signal,
    leaseExpiresAt: new Date(now() + remainingMs + LEASE_MARGIN_MS),
    assertTime: (stage) => {
      if (getRemainingTimeInMillis() < MIN_LEFT_MS) throw createNoTime(stage);
    },
    limit: (work) =>
      withTimeLimit(work, Math.max(0, remainingMs - ANSWER_MARGIN_MS), () => createDeadlineError('record')),
    turns: createTurns({ now }),
    budget: createMemoryBudget(MEMORY_BYTES),
    end: () => {
      clearTimeout(deadlineTimer);
      clearTimeout(closingTimer);
    },
  };
}

const createNoTime = (stage: Stage) =>
  new TransientError({
    stage,
    code: 'no_time',
    message: 'Less than a minute was left to begin anything.',
    retry: { scheduled: true, delaySeconds: 0 },
  });
