import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendSigned } from './s3-raw.ts';
import { findRefusal, type OpenStore, openStore } from './s3-target.ts';

const keys = ['a/1', 'a/2', 'b/1', 'c', '\uffee', '🎉'];
let store: OpenStore;
let bucket: string;
beforeAll(async () => {
  store = await openStore();
  bucket = await store.makeBucket();
  for (const Key of keys) await store.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
});
afterAll(() => store.close());

const list = (more: object = {}) => store.client.send(new ListObjectsV2Command({ Bucket: bucket, ...more }));
const listVersions = (more: object = {}) =>
  store.client.send(new ListObjectVersionsCommand({ Bucket: bucket, ...more }));
const name = (contents: { Key?: string | undefined }[] | undefined) => contents?.map(({ Key }) => Key);

describe('a bucket', () => {
  it('is there once it is made', async () => {
    expect((await store.client.send(new HeadBucketCommand({ Bucket: bucket }))).$metadata.httpStatusCode).toBe(200);
    const { Buckets = [] } = await store.client.send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toContain(bucket);
  });

  it('is refused under a name that is none', async () => {
    const raw = { method: 'PUT', path: '/No', headers: { 'content-length': '0' } };
    expect(await sendSigned(store.endpoint, raw)).toMatchObject({ status: 400, code: 'InvalidBucketName' });
  });

  it('that is not there is refused', async () => {
    const head = store.client.send(new HeadBucketCommand({ Bucket: 'no-such-bucket' }));
    expect(await findRefusal(head)).toMatchObject({ status: 404 });
    expect(await findRefusal(list({ Bucket: 'no-such-bucket' }))).toEqual({ code: 'NoSuchBucket', status: 404 });
  });

  it('keeps versions once it is told to', async () => {
    const find = async (Bucket: string) => (await store.client.send(new GetBucketVersioningCommand({ Bucket }))).Status;
    expect(await find(bucket)).toBe('Enabled');
    expect(await find(await store.makeBucket({ versioning: false }))).toBeUndefined();
  });

  it('refuses a versioning state that is none', async () => {
    const body = '<VersioningConfiguration><Status>Maybe</Status></VersioningConfiguration>';
    const headers = { 'content-length': String(body.length) };
    const raw = { method: 'PUT', path: `/${bucket}`, query: { versioning: '' }, headers, body };
    expect(await sendSigned(store.endpoint, raw)).toMatchObject({ status: 400, code: 'MalformedXML' });
  });
});

describe('a listing', () => {
  it('is in the order of the UTF-8 bytes', async () => {
    expect(name((await list()).Contents)).toEqual(keys);
  });

  it('tells size and ETag', async () => {
    expect((await list({ Prefix: 'c' })).Contents?.[0]).toMatchObject({ Key: 'c', Size: 1 });
  });

  it('goes on where a page ended', async () => {
    const page = await list({ MaxKeys: 4 });
    expect(page).toMatchObject({ IsTruncated: true, KeyCount: 4 });
    const rest = await list({ ContinuationToken: page.NextContinuationToken });
    expect(rest.IsTruncated).toBe(false);
    expect([...(name(page.Contents) ?? []), ...(name(rest.Contents) ?? [])]).toEqual(keys);
  });

  it('goes on in the same way between common prefixes', async () => {
    const page = await list({ Delimiter: '/', MaxKeys: 1 });
    expect(page.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    const rest = await list({ Delimiter: '/', MaxKeys: 1, ContinuationToken: page.NextContinuationToken });
    expect(rest.CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
  });

  it('begins after a key', async () => {
    expect(name((await list({ StartAfter: 'b/1' })).Contents)).toEqual(keys.slice(3));
  });

  it('tells objects from common prefixes', async () => {
    const listed = await list({ Delimiter: '/' });
    expect(listed.CommonPrefixes).toEqual([{ Prefix: 'a/' }, { Prefix: 'b/' }]);
    expect(name(listed.Contents)).toEqual(keys.slice(3));
    const below = await list({ Delimiter: '/', Prefix: 'a/' });
    expect(name(below.Contents)).toEqual(['a/1', 'a/2']);
  });

  it('of no keys at all has no next page', async () => {
    expect(await list({ MaxKeys: 0 })).toMatchObject({ IsTruncated: false, KeyCount: 0 });
  });

  it('refuses a count that is none', async () => {
    const raw = { method: 'GET', path: `/${bucket}`, query: { 'list-type': '2', 'max-keys': 'all' } };
    expect(await sendSigned(store.endpoint, raw)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('of versions has the newest first, markers included, page by page', async () => {
    const Bucket = await store.makeBucket();
    const put = (Key: string) => store.client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const ids = [(await put('one')).VersionId, (await put('one')).VersionId];
    const marker = await store.client.send(new DeleteObjectCommand({ Bucket, Key: 'one' }));
    await put('two');
    const page = await listVersions({ Bucket, MaxKeys: 2 });
    expect(page.DeleteMarkers).toMatchObject([{ Key: 'one', VersionId: marker.VersionId, IsLatest: true }]);
    expect(page.Versions).toMatchObject([{ Key: 'one', VersionId: ids[1], IsLatest: false }]);
    const next = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    const rest = await listVersions({ Bucket, ...next });
    expect(rest.IsTruncated).toBe(false);
    expect(rest.Versions).toMatchObject([
      { Key: 'one', VersionId: ids[0], IsLatest: false },
      { Key: 'two', IsLatest: true },
    ]);
  });

  it('shows no object whose newest version is a delete marker', async () => {
    const Bucket = await store.makeBucket();
    await store.client.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x' }));
    await store.client.send(new DeleteObjectCommand({ Bucket, Key: 'x' }));
    expect((await list({ Bucket })).KeyCount).toBe(0);
  });
});

describe('what is asked for in vain', () => {
  it('is a bucket that one has already', async () => {
    const again = store.client.send(new CreateBucketCommand({ Bucket: bucket }));
    expect(['BucketAlreadyOwnedByYou', 'none']).toContain((await findRefusal(again)).code);
  });
});
