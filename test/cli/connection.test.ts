import { expect, it } from '@jest/globals';
import { connect } from '../../cli/connection.ts';

const env = {
  ARCHIVE_BUCKET: 'bucket',
  ARCHIVE_TABLE: 'table',
  ARCHIVE_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/111122223333/archive',
};

const readPathStyle = (more: Record<string, string>) => connect({ ...env, ...more }).s3.config.forcePathStyle;

it('knows where the archive is', () => {
  expect(connect(env)).toMatchObject({
    bucket: 'bucket',
    table: 'table',
    queueUrl: env.ARCHIVE_QUEUE_URL,
    keyPrefix: '',
  });
});

it('puts the bucket into the path of an endpoint of its own, and into the host name of AWS', async () => {
  expect(readPathStyle({})).toBe(false);
  expect(readPathStyle({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9000' })).toBe(true);
  expect(readPathStyle({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' })).toBe(true);
});

it('refuses an environment in which anything is missing', () => {
  expect(() => connect({ ...env, ARCHIVE_TABLE: '' })).toThrow(
    expect.objectContaining({ name: 'UsageError', message: 'Wrong configuration: ARCHIVE_TABLE is missing.' }),
  );
});
