import { describe, expect, it } from '@jest/globals';
import { readAwsAccount } from '../../lib/aws-account.ts';

const lambda = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

it('says who asks', async () => {
  const { region, credentials } = readAwsAccount({ ...lambda, AWS_SESSION_TOKEN: 'c' });

  expect(region).toBe('eu-central-1');
  expect(await credentials()).toEqual({ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' });
  expect(await readAwsAccount(lambda).credentials()).toEqual({ accessKeyId: 'a', secretAccessKey: 'b' });
});

it('names everything that is missing at once, when it is asked for', async () => {
  await expect(readAwsAccount({}).credentials()).rejects.toThrow(
    'Wrong configuration: AWS_REGION is missing; AWS_ACCESS_KEY_ID is missing; AWS_SECRET_ACCESS_KEY is missing.',
  );
});

describe('a service is found', () => {
  it('where AWS has it in the region', () => {
    const { locate } = readAwsAccount(lambda);

    expect(locate('dynamodb').href).toBe('https://dynamodb.eu-central-1.amazonaws.com/');
    expect(locate('events').href).toBe('https://events.eu-central-1.amazonaws.com/');
  });

  it('where AWS has it in China', () => {
    const { locate } = readAwsAccount({ ...lambda, AWS_REGION: 'cn-north-1' });

    expect(locate('ssm').href).toBe('https://ssm.cn-north-1.amazonaws.com.cn/');
  });

  it('where the environment says, its own word before the one for all', () => {
    const env = {
      ...lambda,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://127.0.0.1:2',
    };
    const { locate } = readAwsAccount(env);

    expect(locate('ssm').href).toBe('http://127.0.0.1:1/');
    expect(locate('events').href).toBe('http://127.0.0.1:2/');
  });
});

it.each([
  ['https://sqs.eu-central-1.amazonaws.com', {}],
  ['https://vpce-1.sqs.eu-central-1.vpce.amazonaws.com', {}],
  ['http://127.0.0.1:1', { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1' }],
])('a queue is found at %s', (origin, environment) => {
  const queueUrl = `${'AWS_ENDPOINT_URL_SQS' in environment ? 'http://elsewhere' : origin}/000000000000/archive`;

  expect(readAwsAccount({ ...lambda, ...environment }).locateQueue(queueUrl).href).toBe(`${origin}/`);
});

it('asks for the validated endpoints of whoever has to use them', () => {
  const { locate, locateBucket } = readAwsAccount({ ...lambda, AWS_USE_FIPS_ENDPOINT: 'true' });

  expect(locate('dynamodb').href).toBe('https://dynamodb-fips.eu-central-1.amazonaws.com/');
  expect(locateBucket('archive').href).toBe('https://archive.s3-fips.eu-central-1.amazonaws.com/');
});

describe('a bucket is found', () => {
  it.each([
    ['archive', {}, 'https://archive.s3.eu-central-1.amazonaws.com/'],
    ['archive.example.com', {}, 'https://s3.eu-central-1.amazonaws.com/archive.example.com'],
    ['archive', { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1/' }, 'http://127.0.0.1:1/archive'],
  ])('%s with %j at %s', (bucket, environment, href) => {
    expect(readAwsAccount({ ...lambda, ...environment }).locateBucket(bucket).href).toBe(href);
  });
});
