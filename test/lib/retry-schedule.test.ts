import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PermanentError, RefusedError, TransientError, type Retry } from '../../lib/errors.ts';
import { chooseDelay, type Delivery, planFailure } from '../../lib/retry-schedule.ts';

const delivery = (rest: Partial<Delivery> = {}): Delivery => ({
  receiveCount: 1,
  isLast: false,
  receivedAt: 0,
  jitter: 0.5,
  ...rest,
});
const transient = (retry: Retry = {}) =>
  new TransientError({ stage: 'resolve', code: 'server_error', message: 'It failed.', retry });

describe('chooseDelay', () => {
  it.each([
    [1, 30],
    [2, 60],
    [3, 120],
    [7, 1920],
    [8, 3600],
    [10, 3600],
  ])('backs off at receive %d for %d s', (receiveCount, seconds) => {
    expect(chooseDelay({}, delivery({ receiveCount }), 0)).toBe(seconds);
  });

  it('stays within ten per cent of the back-off, and never under what is asked for or over what SQS allows', () => {
    const inputs = fc.record({
      receiveCount: fc.integer({ min: 1, max: 1000 }),
      jitter: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      delaySeconds: fc.integer({ min: 0, max: 1_000_000 }),
      elapsedMs: fc.integer({ min: 0, max: 900_000 }),
    });
    fc.assert(
      fc.property(inputs, ({ receiveCount, jitter, delaySeconds, elapsedMs }) => {
        const delay = chooseDelay({ delaySeconds }, delivery({ receiveCount, jitter }), elapsedMs);
        const base = Math.min(30 * 2 ** (receiveCount - 1), 3600);
        const allowed = 43_200 - elapsedMs / 1000;
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeLessThanOrEqual(allowed);
        expect(delay).toBeGreaterThanOrEqual(Math.min(Math.floor(base * 0.9), allowed - 61));
        expect(delay).toBeGreaterThanOrEqual(Math.min(delaySeconds, allowed - 61));
        expect(delay).toBeLessThanOrEqual(Math.max(Math.ceil(base * 1.1), delaySeconds));
      }),
    );
  });

  it.each([0, 30, 600])('takes a scheduled delay of %d s as it is', (delaySeconds) => {
    expect(chooseDelay({ delaySeconds, scheduled: true }, delivery({ receiveCount: 9 }), 0)).toBe(delaySeconds);
  });
});

describe('planFailure', () => {
  it.each([
    ['permanent', new PermanentError({ stage: 'download', code: 'too_large', message: 'Too large.' })],
    ['refused', new RefusedError({ stage: 'validate', code: 'invalid', message: 'Wrong.' })],
  ])('ends a %s failure at once', (_, error) => {
    expect(planFailure(error, 2, false)).toEqual({
      failure: {
        status: 'FAILED',
        error: { stage: error.stage, code: error.code, message: error.message },
        notReadyCount: 0,
      },
    });
  });

  it.each([
    [false, 'PENDING'],
    [true, 'FAILED'],
  ])('lets a failure that will pass come back, on the last receive (%p) as %s', (isLast, status) => {
    const error = transient();

    expect(planFailure(error, 2, isLast)).toMatchObject({ failure: { status, notReadyCount: 0 }, retry: error });
  });

  it('ends nothing that AWS throttled, even on the last receive', () => {
    const error = transient({ throttled: true });

    expect(planFailure(error, 0, true)).toMatchObject({ failure: { status: 'PENDING' }, retry: error });
  });

  it.each([
    [0, 30],
    [1, 120],
    [2, 600],
  ])('asks again for what was not there %d times in %d s, even on the last receive', (answers, delaySeconds) => {
    const { failure, retry } = planFailure(transient({ notReady: 'NOT_FOUND' }), answers, true);

    expect(failure).toMatchObject({ status: 'PENDING', notReadyCount: answers + 1 });
    expect(retry).toMatchObject({ code: 'server_error', retry: { scheduled: true, delaySeconds } });
  });

  it.each(['NOT_FOUND', 'NOT_AVAILABLE'] as const)('ends as %s what was not there four times', (notReady) => {
    const plan = planFailure(transient({ notReady }), 3, false);

    expect(plan).toMatchObject({ failure: { status: notReady, notReadyCount: 4 } });
    expect(plan).not.toHaveProperty('retry');
  });
});
