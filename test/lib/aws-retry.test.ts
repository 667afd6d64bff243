import { describe, expect, it } from '@jest/globals';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { SdkError } from '@smithy/types';
import { classifyFailure, createRetries } from '../../lib/aws-retry.ts';

const names = [
  'BandwidthLimitExceeded',
  'EC2ThrottledException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionInProgressException',
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'AbortError',
  'AccessDeniedException',
  'ConditionalCheckFailedException',
  'InternalError',
];
const codes = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND'];
type Failure = { name: string; code?: string; status?: number };
const failures: Failure[] = [
  ...names.map((name) => ({ name, status: 400 })),
  ...[...codes, 'EAI_AGAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'].map((code) => ({ name: 'Error', code })),
  ...[400, 403, 404, 409, 412, 429, 500, 501, 502, 503, 504].map((status) => ({ name: 'Other', status })),
  { name: 'AbortError', status: 500 },
];

it.each<Failure>(failures)('thinks of %j as the SDK does', (failure) => {
  const { status, ...known } = failure;
  const error = Object.assign(new Error(), known, { $metadata: { httpStatusCode: status ?? 0 } }) as SdkError;
  const asTransient = isTransientError(error) ? 'TRANSIENT' : undefined;
  expect(classifyFailure(failure)).toBe(isThrottlingError(error) ? 'THROTTLING' : asTransient);
});

describe('a request that fails', () => {
  it('is sent as often as is said, and no more', () => {
    const { delay } = createRetries(3, () => 0)();
    expect([delay('TRANSIENT'), delay('TRANSIENT'), delay('TRANSIENT')]).toEqual([0, 0, undefined]);
  });

  it.each([
    ['TRANSIENT', [49, 99, 199]],
    ['THROTTLING', [999, 1_999, 3_999]],
  ] as const)('waits at most twice as long each time (%s)', (failure, delays) => {
    const { delay } = createRetries(9, () => 0.9999)();
    expect(delays.map(() => delay(failure))).toEqual(delays);
  });

  it('never waits longer than 20 seconds', () => {
    const { delay } = createRetries(20, () => 0.9999)();
    const delays = Array.from({ length: 12 }, () => delay('TRANSIENT'));
    expect(delays.at(-1)).toBe(19_998);
  });
});

describe('a service that fails for all', () => {
  const failOften = (begin: ReturnType<typeof createRetries>) => {
    let retries = 0;
    while (begin().delay('TRANSIENT') !== undefined) retries += 1;
    return retries;
  };

  it('is asked again until what is allowed is used up', () => {
    expect(failOften(createRetries(3, () => 0))).toBe(Math.floor(500 / 14));
  });

  it('is asked again once as often as it answered after all', () => {
    const begin = createRetries(3, () => 0);
    const healed = begin();
    healed.delay('TRANSIENT');
    failOften(begin);
    healed.succeed();
    expect(failOften(begin)).toBe(1);
  });

  it('is asked a little more often for each answer at the first attempt', () => {
    const begin = createRetries(3, () => 0);
    failOften(begin);
    for (let answers = 0; answers < 14; answers += 1) begin().succeed();
    expect(failOften(begin)).toBe(1);
  });

  it('is never allowed more than at first', () => {
    const begin = createRetries(3, () => 0);
    for (let answers = 0; answers < 14; answers += 1) begin().succeed();
    expect(failOften(begin)).toBe(Math.floor(500 / 14));
  });
});
