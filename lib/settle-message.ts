import { type KnownError, TransientError } from './errors.ts';
import type { Queue } from './ports.ts';
import { chooseDelay, type Delivery } from './retry-schedule.ts';

/** SQS's most for `DelaySeconds`. */
export const MAX_SEND_DELAY_SECONDS = 900;

export type Settlement = { action: 'acknowledge' | 'return' | 'resend'; delaySeconds: number };

/**
 * The one place that decides what becomes of a message whose work failed. What is refused comes back at once until the
 * queue moves it, whole, to the dead-letter queue; so does what fails on its last receive, unless it never had its turn
 * or AWS had no capacity for it.
 * @see docs/design.md "What each answer leads to"
 */
export function decideSettlement(error: KnownError, delivery: Delivery, now: number): Settlement {
  if (!(error instanceof TransientError)) return { action: 'return', delaySeconds: 0 };
  const delaySeconds = chooseDelay(error.retry, delivery, now);
  if (!delivery.isLast) return { action: 'return', delaySeconds };
  if (!error.retry.scheduled && !error.retry.throttled) return { action: 'return', delaySeconds: 0 };
  return { action: 'resend', delaySeconds: Math.min(delaySeconds, MAX_SEND_DELAY_SECONDS) };
}

/**
 * Carries a settlement out. What the queue does not take leaves the message where it is: it comes back when its
 * visibility ends.
 */
export async function settleMessage(
  { action, delaySeconds }: Settlement,
  message: { body: string; receiptHandle: string },
  queue: Queue,
): Promise<{ isAcknowledged: boolean }> {
  if (action === 'acknowledge') return { isAcknowledged: true };
  if (action === 'return') {
    await queue.changeVisibility(message.receiptHandle, delaySeconds).catch(() => undefined);
    return { isAcknowledged: false };
  }
  return queue.send(message.body, { delaySeconds }).then(
    () => ({ isAcknowledged: true }),
    () => ({ isAcknowledged: false }),
  );
}
