import { describeError, type KnownError, type Retry, TransientError } from './errors.ts';
import type { FailedTry } from './ports.ts';

const FIRST_BACK_OFF_SECONDS = 30;
const MAX_BACK_OFF_SECONDS = 3600;
const JITTER = 0.1;

/** SQS keeps a message hidden for 12 h since its receipt at most; the minute is what passed before we saw it. */
const MAX_VISIBILITY_SECONDS = 12 * 3600 - 60;

/** Until when a document that is not there (404, 501) is asked for again. */
export const NOT_READY_DELAYS_SECONDS = [30, 120, 600];

/** One receipt of a message. */
export type Delivery = {
  receiveCount: number;
  isLast: boolean;
  receivedAt: number;
  /** Drawn once, from [0, 1): where in ±10 % the back-off of this receipt lies. */
  jitter: number;
};

/**
 * Seconds until a message is seen again: `min(30 s × 2^(n-1), 1 h)` ± 10 %, not before what the error asks for, and at
 * most what SQS allows.
 * @see docs/design.md "What each answer leads to", later
 */
export function chooseDelay({ delaySeconds = 0, scheduled }: Retry, delivery: Delivery, now: number): number {
  const base = Math.min(FIRST_BACK_OFF_SECONDS * 2 ** (delivery.receiveCount - 1), MAX_BACK_OFF_SECONDS);
  const backOff = Math.round(base * (1 - JITTER + 2 * JITTER * delivery.jitter));
  const elapsedSeconds = Math.ceil((now - delivery.receivedAt) / 1000);
  const allowed = Math.max(0, MAX_VISIBILITY_SECONDS - elapsedSeconds);
  return Math.min(scheduled ? delaySeconds : Math.max(backOff, delaySeconds), allowed);
}

/** What a failed try leaves in the record, and the error that brings the message back, if it comes back. */
export type FailurePlan = { failure: FailedTry; retry?: TransientError };

/** @see docs/design.md "What each answer leads to" */
export function planFailure(error: KnownError, notReadyCount: number, isLastReceive: boolean): FailurePlan {
  const described = describeError(error);
  if (!(error instanceof TransientError)) return { failure: { status: 'FAILED', error: described, notReadyCount: 0 } };
  const { notReady, throttled } = error.retry;
  if (notReady === undefined) {
    const status = isLastReceive && !throttled ? 'FAILED' : 'PENDING';
    return { failure: { status, error: described, notReadyCount: 0 }, retry: error };
  }
  const answers = notReadyCount + 1;
  const delaySeconds = NOT_READY_DELAYS_SECONDS[answers - 1];
  if (delaySeconds === undefined) return { failure: { status: notReady, error: described, notReadyCount: answers } };
  const retry = new TransientError({
    ...described,
    stage: error.stage,
    cause: error,
    retry: { scheduled: true, delaySeconds },
  });
  return { failure: { status: 'PENDING', error: described, notReadyCount: answers }, retry };
}
