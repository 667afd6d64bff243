import { createServer } from 'node:http';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listKeys } from '../../cli/adapters/listed-keys.ts';
import { listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { credentials, region } from '../../local/local-account.ts';
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

  it('reads a space as S3 writes it', async () => {
    const version = '<Version><Key>tasks/a+b%2Bc</Key><VersionId>v1</VersionId><IsLatest>true</IsLatest></Version>';
    const server = createServer((_, response) => {
      response.end(`<ListVersionsResult><IsTruncated>false</IsTruncated>${version}</ListVersionsResult>`);
    });
    const { url: endpoint, close } = await listenOnLoopback(server);
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const listing = listKeys({ client, bucket: 'archive', prefix: 'tasks/' }, new AbortController().signal);
    const found = await Array.fromAsync(listing, ({ key }) => key);
    client.destroy();
    await close();
    expect(found).toEqual(['tasks/a b+c']);
  });
});
