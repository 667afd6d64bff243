import { expect, it } from '@jest/globals';
import { PermanentError, RefusedError, type Retry, TransientError } from '../../../lib/errors.ts';
import { queueTransient } from '../../../lib/middleware/queue-transient.ts';
import { createFakeQueue } from '../../support/fake-queue.ts';
import { failWith, runThrough } from '../../support/run-through.ts';

const details = { stage: 'resolve', code: 'too_large', message: 'b' } as const;
const transient = (retry: Retry = {}) => new TransientError({ ...details, retry });
const raw = { task_id: '1', odd: 'kept' };

/** What the caller of a direct event gets whose work ends like this, and what the queue was asked for. */
async function run(work: () => Promise<unknown>, { isDown = false } = {}) {
  const { queue, calls } = createFakeQueue({ isDown });
  const delivery = { receiveCount: 1, isLast: false, receivedAt: 0, jitter: 0.5 };
  const middleware = queueTransient(queue, () => 0);
  const outcome = await runThrough(middleware, { raw, delivery }, work).catch((error: unknown) => error);
  return { outcome, calls };
}

it('leaves the answer of what went well', async () => {
  expect(await run(async () => 'answer')).toEqual({ outcome: 'answer', calls: [] });
});

it.each([
  ['after its back-off', transient(), 30],
  ['not before what the vendor asks for', transient({ delaySeconds: 300 }), 300],
  ['at most as late as SQS can send', transient({ delaySeconds: 3600 }), 900],
  ['after its back-off, whatever nobody foresaw', new TypeError('odd'), 30],
])('queues what will pass as it came, %s', async (_, error, delaySeconds) => {
  expect(await run(failWith(error))).toEqual({
    outcome: { status: 'queued' },
    calls: [['send', JSON.stringify(raw), { delaySeconds }]],
  });
});

it.each([
  ['is refused', new RefusedError(details)],
  ['failed for good', new PermanentError(details)],
])('tells the caller what %s', async (_, error) => {
  expect(await run(failWith(error))).toEqual({ outcome: error, calls: [] });
});

it('tells the caller what the queue does not take', async () => {
  const error = transient();

  expect((await run(failWith(error), { isDown: true })).outcome).toBe(error);
});
