import { expect, it } from '@jest/globals';
import { RefusedError, type Retry, TransientError } from '../../../lib/errors.ts';
import { settleMessage } from '../../../lib/middleware/settle-message.ts';
import { createFakeQueue } from '../../support/fake-queue.ts';
import { failWith, runThrough } from '../../support/run-through.ts';

const details = { stage: 'resolve', code: 'a', message: 'b' } as const;
const transient = (retry: Retry = {}) => new TransientError({ ...details, retry });
const body = '{"task_id":"1"}';

/** How a message is settled whose work ends like this, and what the queue was asked for. */
async function settle(work: () => Promise<unknown>, { isLast = false, isDown = false } = {}) {
  const { queue, calls } = createFakeQueue({ isDown });
  const delivery = { receiveCount: 2, isLast, receivedAt: 0, jitter: 0.5 };
  const middleware = settleMessage(queue, () => 0);
  return { answer: await runThrough(middleware, { body, receiptHandle: 'handle', delivery }, work), calls };
}

it('acknowledges what went well, and hands its result on', async () => {
  const settlement = { action: 'acknowledge', delaySeconds: 0 };

  expect(await settle(async () => 'result')).toEqual({
    answer: { settlement, isAcknowledged: true, result: 'result' },
    calls: [],
  });
});

it.each([
  ['what will pass after its back-off', transient(), 60],
  ['what is refused at once', new RefusedError(details), 0],
  ['what nobody foresaw after its back-off', new TypeError('odd'), 60],
])('gives back %s', async (_, error, delaySeconds) => {
  expect(await settle(failWith(error))).toEqual({
    answer: { settlement: { action: 'return', delaySeconds }, isAcknowledged: false },
    calls: [['changeVisibility', 'handle', delaySeconds]],
  });
});

it('sends anew what has a schedule on its last receive', async () => {
  expect(await settle(failWith(transient({ scheduled: true, delaySeconds: 120 })), { isLast: true })).toEqual({
    answer: { settlement: { action: 'resend', delaySeconds: 120 }, isAcknowledged: true },
    calls: [['send', body, { delaySeconds: 120 }]],
  });
});

it('acknowledges nothing that the queue did not take', async () => {
  const retry = { scheduled: true, delaySeconds: 120 };
  const { answer } = await settle(failWith(transient(retry)), { isLast: true, isDown: true });

  expect(answer).toMatchObject({ isAcknowledged: false });
});
