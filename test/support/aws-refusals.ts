import type { ProxiedAnswer, ProxiedRequest } from './fault-proxy.ts';

export type Refusal = 'internal error' | 'unavailable' | 'throttled';

/** Each service's own words: [status, code]. */
const REFUSALS: Record<'s3' | 'dynamodb' | 'sqs' | 'events', Record<Refusal, [status: number, code: string]>> = {
  s3: {
    'internal error': [500, 'InternalError'],
    unavailable: [503, 'ServiceUnavailable'],
    throttled: [503, 'SlowDown'],
  },
  dynamodb: {
    'internal error': [500, 'InternalServerError'],
    unavailable: [503, 'ServiceUnavailable'],
    throttled: [400, 'ProvisionedThroughputExceededException'],
  },
  sqs: {
    'internal error': [500, 'InternalFailure'],
    unavailable: [503, 'ServiceUnavailable'],
    throttled: [400, 'ThrottlingException'],
  },
  events: {
    'internal error': [500, 'InternalException'],
    unavailable: [503, 'ServiceUnavailable'],
    throttled: [400, 'ThrottlingException'],
  },
};

const PREFIXES = { dynamodb: 'com.amazonaws.dynamodb.v20120810#', sqs: 'com.amazonaws.sqs#', events: '' };

/**
 * How an AWS service refuses a request that it might have taken at another time.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export function refuse({ service }: ProxiedRequest, refusal: Refusal): ProxiedAnswer {
  if (service === 'vendor' || service === 'storage') throw new Error(`${service} is no service of AWS.`);
  const [status, code] = REFUSALS[service][refusal];
  if (service === 's3') {
    const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`);
    return { status, headers: { 'content-type': 'application/xml' }, body: [body] };
  }
  const body = Buffer.from(JSON.stringify({ __type: PREFIXES[service] + code, message: 'Slow down.' }));
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: [body] };
}
