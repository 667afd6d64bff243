import { describe, expect, it } from '@jest/globals';
import { PermanentError, RefusedError, TransientError, type Retry } from '../../lib/errors.ts';
import type { Queue } from '../../lib/ports.ts';
import { decideSettlement, settleMessage } from '../../lib/settle-message.ts';

const details = { stage: 'resolve', code: 'too_large', message: 'b' } as const;
const transient = (retry: Retry = {}) => new TransientError({ ...details, retry });
const delivery = (isLast: boolean) => ({ receiveCount: 1, isLast, receivedAt: 0, jitter: 0.5 });

describe('decideSettlement', () => {
  it.each([
    ['what is refused', new RefusedError(details), false, { action: 'return', delaySeconds: 0 }],
    [
      'what failed for good and is not recorded',
      new PermanentError(details),
      false,
      { action: 'return', delaySeconds: 0 },
    ],
    ['what will pass', transient(), false, { action: 'return', delaySeconds: 30 }],
    ['what will pass, on its last receive', transient(), true, { action: 'return', delaySeconds: 0 }],
    ['what AWS throttled', transient({ throttled: true }), false, { action: 'return', delaySeconds: 30 }],
    [
      'what AWS throttled, on its last receive',
      transient({ throttled: true }),
      true,
      { action: 'resend', delaySeconds: 30 },
    ],
    [
      'what has a schedule',
      transient({ scheduled: true, delaySeconds: 600 }),
      false,
      { action: 'return', delaySeconds: 600 },
    ],
    [
      'what has a schedule, on its last receive',
      transient({ scheduled: true, delaySeconds: 600 }),
      true,
      { action: 'resend', delaySeconds: 600 },
    ],
    [
      'what has a longer schedule than SQS can send with',
      transient({ scheduled: true, delaySeconds: 905 }),
      true,
      { action: 'resend', delaySeconds: 900 },
    ],
  ] as const)('settles %s', (_, error, isLast, settlement) => {
    expect(decideSettlement(error, delivery(isLast), 0)).toEqual(settlement);
  });
});

describe('settleMessage', () => {
  const message = { body: '{"task_id":"1"}', receiptHandle: 'handle' };

  /** A queue that writes down what it is asked for, or takes nothing. */
  function createQueue(isDown = false) {
    const calls: unknown[] = [];
    const record = async (...call: unknown[]) => {
      calls.push(call);
      if (isDown) throw new Error('down');
    };
    const queue: Queue = {
      send: (...call) => record('send', ...call),
      sendAll: (...call) => record('sendAll', ...call),
      changeVisibility: (...call) => record('changeVisibility', ...call),
    };
    return { queue, calls };
  }

  it.each([
    ['acknowledge', true, []],
    ['return', false, [['changeVisibility', 'handle', 60]]],
    ['resend', true, [['send', '{"task_id":"1"}', { delaySeconds: 60 }]]],
  ] as const)('carries out %s', async (action, isAcknowledged, expected) => {
    const { queue, calls } = createQueue();

    expect(await settleMessage({ action, delaySeconds: 60 }, message, queue)).toEqual({ isAcknowledged });
    expect(calls).toEqual(expected);
  });

  it.each(['return', 'resend'] as const)(
    'leaves the message where it is when the queue takes no %s',
    async (action) => {
      const { queue } = createQueue(true);

      expect(await settleMessage({ action, delaySeconds: 60 }, message, queue)).toEqual({ isAcknowledged: false });
    },
  );
});
