import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listKeys } from '../../cli/adapters/listed-keys.ts';
import { startTestBucket, type TestBucket } from '../support/services.ts';

let s3: TestBucket;
let pageSize = 1_000;

beforeAll(async () => {
  s3 = await startTestBucket();
  s3.client.middlewareStack.add(
    (next, { commandName }) =>
      (args) =>
        next(
          commandName === 'ListObjectVersionsCommand' ? { ...args, input: { ...args.input, MaxKeys: pageSize } } : args,
        ),
    { step: 'initialize' },
  );
  for (const Key of ['tasks/b', 'tasks/a', 'tasks/a', 'tasks/a', 'tasks/c d+e%41', 'tasks/\u{1F4C4}', 'tasks/\uFF5E']) {
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: 'content' }));
  }
  for (const Key of ['tasks/b', 'tasks/deleted']) {
    await s3.client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key }));
  }
});
afterAll(() => s3.close());

describe('listKeys', () => {
  it.each([1, 2, 3, 4, 1_000])('lists each key once, in order, with all its versions, in pages of %d', async (size) => {
    pageSize = size;
    const listing = listKeys({ client: s3.client, bucket: s3.bucket, prefix: 'tasks/' }, new AbortController().signal);
    const found = await Array.fromAsync(listing, ({ key, newest, versions }) => [key, newest.isDeleteMarker, versions]);
    expect(found).toEqual([
      ['tasks/a', false, 3],
      ['tasks/b', true, 1],
      ['tasks/c d+e%41', false, 1],
      ['tasks/deleted', true, 0],
      ['tasks/\uFF5E', false, 1],
      ['tasks/\u{1F4C4}', false, 1],
    ]);
  });
});
