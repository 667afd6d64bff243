/** What asking again may help against. */
export type AwsFailure = 'THROTTLING' | 'TRANSIENT';

type Described = { name: string; code?: string; status?: number };

const THROTTLING_NAMES = [
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
];
const TRANSIENT_NAMES = ['TimeoutError', 'RequestTimeout', 'RequestTimeoutException'];
const TRANSIENT_STATUSES = [500, 502, 503, 504];
const TRANSIENT_CODES = [
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

export const isThrottling = ({ name, status }: Described): boolean => status === 429 || THROTTLING_NAMES.includes(name);

/** The lists of the SDK; undefined: that asking again would change nothing. */
export function classifyFailure({ name, code = '', status = 0 }: Described): AwsFailure | undefined {
  if (isThrottling({ name, status })) return 'THROTTLING';
  if (name === 'AbortError') return undefined;
  const isTransient =
    TRANSIENT_NAMES.includes(name) || TRANSIENT_CODES.includes(code) || TRANSIENT_STATUSES.includes(status);
  return isTransient ? 'TRANSIENT' : undefined;
}

const CAPACITY = 500;
const COSTS = { THROTTLING: 5, TRANSIENT: 14 };
const BASE_MS = { THROTTLING: 1_000, TRANSIENT: 50 };
const MAX_DELAY_MS = 20_000;

/**
 * How often and when a request is sent again: as the SDK's standard mode does it. All that fails takes from one allowance,
 * so that a service in need is not asked three times as much for long; what comes right gives back what it took.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function createRetries(maxAttempts: number, random: () => number) {
  let capacity = CAPACITY;
  return () => {
    let attempts = 1;
    let lastCost = 1;
    return {
      /** Milliseconds to wait; undefined: not again. */
      delay: (failure: AwsFailure): number | undefined => {
        const cost = COSTS[failure];
        if (attempts >= maxAttempts || capacity < cost) return undefined;
        capacity -= cost;
        lastCost = cost;
        attempts += 1;
        return Math.floor(random() * Math.min(BASE_MS[failure] * 2 ** (attempts - 2), MAX_DELAY_MS));
      },
      succeed: () => {
        capacity = Math.min(CAPACITY, capacity + lastCost);
      },
    };
  };
}
