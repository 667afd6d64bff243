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

    expect(locate('sqs').href).toBe('https://sqs.cn-north-1.amazonaws.com.cn/');
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

describe('a bucket is found', () => {
  it.each([
    ['archive', {}, 'https://archive.s3.eu-central-1.amazonaws.com/'],
    ['archive.example.com', {}, 'https://s3.eu-central-1.amazonaws.com/archive.example.com'],
    ['archive', { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1/' }, 'http://127.0.0.1:1/archive'],
  ])('%s with %j at %s', (bucket, environment, href) => {
    expect(readAwsAccount({ ...lambda, ...environment }).locateBucket(bucket).href).toBe(href);
  });
});
