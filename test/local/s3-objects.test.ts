import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendSigned } from './s3-raw.ts';
import { findRefusal, type OpenStore, openStore } from './s3-target.ts';

let store: OpenStore;
let bucket: string;
let plainBucket: string;
beforeAll(async () => {
  store = await openStore();
  bucket = await store.makeBucket();
  plainBucket = await store.makeBucket({ versioning: false });
});
afterAll(() => store.close());

const put = (Key: string, more: Partial<PutObjectCommandInput> = {}) =>
  store.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'some bytes', ...more }));
const get = (Key: string, more: Partial<GetObjectCommandInput> = {}) =>
  store.client.send(new GetObjectCommand({ Bucket: bucket, Key, ...more }));
const head = (Key: string, more: Partial<GetObjectCommandInput> = {}) =>
  store.client.send(new HeadObjectCommand({ Bucket: bucket, Key, ...more }));
const remove = (Key: string, more: { Bucket?: string; VersionId?: string | undefined } = {}) =>
  store.client.send(new DeleteObjectCommand({ Bucket: bucket, Key, ...more }));
const readText = async (Key: string, more: Partial<GetObjectCommandInput> = {}) =>
  (await get(Key, more)).Body?.transformToString();
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

describe('an object that was put', () => {
  it('is read back byte for byte', async () => {
    const bytes = Buffer.alloc(300_000, 'not one chunk only ');
    await put('large', { Body: bytes });
    const answer = await get('large');
    expect(Buffer.from((await answer.Body?.transformToByteArray()) ?? [])).toEqual(bytes);
    expect(answer.ContentLength).toBe(300_000);
  });

  it('has the quoted MD5 of its bytes for an ETag', async () => {
    expect((await put('etag')).ETag).toBe(`"${md5('some bytes')}"`);
    expect((await head('etag')).ETag).toBe(`"${md5('some bytes')}"`);
  });

  it('may be empty', async () => {
    await put('empty', { Body: Buffer.alloc(0) });
    expect(await readText('empty')).toBe('');
  });

  it('is binary/octet-stream unless told otherwise', async () => {
    const path = `/${bucket}/untyped`;
    await sendSigned(store.endpoint, { method: 'PUT', path, body: 'x', headers: { 'content-length': '1' } });
    expect((await head('untyped')).ContentType).toBe('binary/octet-stream');
  });

  it('keeps type, disposition and metadata', async () => {
    const ContentDisposition = 'attachment; filename="a.pdf"';
    await put('kept', { ContentType: 'application/pdf', ContentDisposition, Metadata: { 'task-id': '12345' } });
    const kept = await head('kept');
    expect(kept).toMatchObject({
      ContentType: 'application/pdf',
      ContentDisposition,
      Metadata: { 'task-id': '12345' },
    });
    expect(kept.AcceptRanges).toBe('bytes');
    expect(kept.LastModified).toBeInstanceOf(Date);
    expect(kept.ContentEncoding).toBeUndefined();
  });

  it('may have metadata of at most 2 KiB', async () => {
    expect(await findRefusal(put('much', { Metadata: { a: 'x'.repeat(2048) } }))).toEqual({
      code: 'MetadataTooLarge',
      status: 400,
    });
  });

  it('may have a key of at most 1,024 bytes', async () => {
    expect(await findRefusal(put('ä'.repeat(513)))).toEqual({ code: 'KeyTooLongError', status: 400 });
  });

  it.each([
    'a b+c%2F.txt',
    'Übergröße/日本 🎉.pdf',
    `a&b<c>"'.txt`,
    'a//b',
    '..',
    'a/../../b',
    '../../../../etc/x',
    '.',
  ])('may have the key %s', async (key) => {
    const path = `/${plainBucket}/${encodeURIComponent(key).replaceAll('%2F', '/')}`;
    const headers = { 'content-length': '3' };
    const body = { method: 'PUT', path, headers, body: 'yes' };
    expect((await sendSigned(store.endpoint, body)).status).toBe(200);
    expect((await sendSigned(store.endpoint, { method: 'GET', path })).body).toBe('yes');
    const { Contents = [] } = await store.client.send(
      new ListObjectsV2Command({ Bucket: plainBucket, Prefix: key, EncodingType: 'url' }),
    );
    expect(Contents.map(({ Key }) => decodeURIComponent(Key ?? ''))).toContain(key);
  });

  it('is refused under a key that is no UTF-8', async () => {
    const raw = { method: 'PUT', path: `/${bucket}/%ff`, headers: { 'content-length': '0' } };
    expect(await sendSigned(store.endpoint, raw)).toMatchObject({ status: 400, code: 'InvalidURI' });
  });
});

describe('If-None-Match on a write', () => {
  it('lets the first write through and refuses the second', async () => {
    await put('first', { IfNoneMatch: '*' });
    expect(await findRefusal(put('first', { IfNoneMatch: '*', Body: 'later' }))).toEqual({
      code: 'PreconditionFailed',
      status: 412,
    });
    expect(await readText('first')).toBe('some bytes');
  });

  it('lets a write through where the object was deleted', async () => {
    await put('deleted');
    await remove('deleted');
    expect((await put('deleted', { IfNoneMatch: '*' })).$metadata.httpStatusCode).toBe(200);
  });

  it('is not implemented with anything but an asterisk', async () => {
    expect(await findRefusal(put('tag', { IfNoneMatch: '"abc"' }))).toEqual({ code: 'NotImplemented', status: 501 });
  });

  it('lets exactly one of ten concurrent writes through', async () => {
    const writes = Array.from({ length: 10 }, (_, index) =>
      findRefusal(put('race', { IfNoneMatch: '*', Body: `writer ${index}` })),
    );
    const codes = (await Promise.all(writes)).map(({ code }) => code).toSorted();
    expect(codes).toEqual([...Array.from({ length: 9 }, () => 'PreconditionFailed'), 'none']);
    const { Versions = [] } = await store.client.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'race' }),
    );
    expect(Versions).toHaveLength(1);
  });
});

describe('If-Match on a write', () => {
  it('lets a write through on the current ETag', async () => {
    const { ETag } = await put('match');
    await put('match', { IfMatch: ETag, Body: 'new' });
    expect(await readText('match')).toBe('new');
  });

  it('takes the ETag without its quotes', async () => {
    await put('bare');
    expect(await findRefusal(put('bare', { IfMatch: md5('some bytes') }))).toMatchObject({ code: 'none' });
  });

  it('refuses a write on another ETag', async () => {
    const { ETag } = await put('other');
    await put('other', { Body: 'new' });
    expect(await findRefusal(put('other', { IfMatch: ETag }))).toEqual({ code: 'PreconditionFailed', status: 412 });
  });

  it('refuses a write where there is nothing', async () => {
    expect(await findRefusal(put('nothing', { IfMatch: '"abc"' }))).toEqual({ code: 'NoSuchKey', status: 404 });
  });

  it('refuses a write where the object was deleted', async () => {
    const { ETag } = await put('gone');
    await remove('gone');
    expect(await findRefusal(put('gone', { IfMatch: ETag }))).toEqual({ code: 'NoSuchKey', status: 404 });
  });

  it('lets exactly one of ten concurrent writes through', async () => {
    const { ETag } = await put('swap');
    const writes = Array.from({ length: 10 }, (_, index) =>
      findRefusal(put('swap', { IfMatch: ETag, Body: `writer ${index}` })),
    );
    expect((await Promise.all(writes)).filter(({ code }) => code === 'none')).toHaveLength(1);
  });
});

describe('a read', () => {
  it.each([
    ['bytes=0-3', 'some', 'bytes 0-3/10'],
    ['bytes=5-', 'bytes', 'bytes 5-9/10'],
    ['bytes=-2', 'es', 'bytes 8-9/10'],
    ['bytes=-99', 'some bytes', 'bytes 0-9/10'],
    ['bytes=5-99', 'bytes', 'bytes 5-9/10'],
  ])('answers the range %s with 206', async (Range, text, ContentRange) => {
    await put('range');
    const answer = await get('range', { Range });
    expect(answer.$metadata.httpStatusCode).toBe(206);
    expect(answer.ContentRange).toBe(ContentRange);
    expect(await answer.Body?.transformToString()).toBe(text);
  });

  it.each(['bytes=10-', 'bytes=-0'])('refuses the range %s of ten bytes', async (Range) => {
    await put('range');
    expect(await findRefusal(get('range', { Range }))).toEqual({ code: 'InvalidRange', status: 416 });
  });

  it.each(['bytes=3-1', 'bytes=0-1,4-5', 'lines=1-2'])('answers %s with everything', async (Range) => {
    await put('range');
    const answer = await get('range', { Range });
    expect(answer.$metadata.httpStatusCode).toBe(200);
    expect(await answer.Body?.transformToString()).toBe('some bytes');
  });

  it('goes on only while the ETag is the same', async () => {
    const { ETag } = await put('resume');
    expect(await readText('resume', { IfMatch: ETag, Range: 'bytes=5-' })).toBe('bytes');
    await put('resume', { Body: 'other bytes' });
    expect(await findRefusal(get('resume', { IfMatch: ETag, Range: 'bytes=5-' }))).toEqual({
      code: 'PreconditionFailed',
      status: 412,
    });
  });

  it('answers 304 to the ETag it has', async () => {
    const { ETag } = await put('same');
    expect((await findRefusal(get('same', { IfNoneMatch: ETag }))).status).toBe(304);
    expect(await readText('same', { IfNoneMatch: '"other"' })).toBe('some bytes');
  });

  it('minds the dates of conditions', async () => {
    await put('dated');
    const past = new Date('2020-01-01');
    const future = new Date('2099-01-01');
    expect(await findRefusal(head('dated', { IfUnmodifiedSince: past }))).toMatchObject({ status: 412 });
    expect(await findRefusal(head('dated', { IfModifiedSince: future }))).toMatchObject({ status: 304 });
    expect(await findRefusal(head('dated', { IfUnmodifiedSince: future, IfModifiedSince: past }))).toMatchObject({
      code: 'none',
    });
  });

  it('gives type and disposition as asked', async () => {
    await put('renamed');
    const answer = await get('renamed', {
      ResponseContentDisposition: 'attachment',
      ResponseContentType: 'text/x-own',
    });
    expect(answer).toMatchObject({ ContentDisposition: 'attachment', ContentType: 'text/x-own' });
  });

  it('refuses a disposition that fits no header', async () => {
    await put('renamed');
    const asked = get('renamed', { ResponseContentDisposition: 'attachment; filename="日本.pdf"' });
    expect(await findRefusal(asked)).toEqual({ code: 'InvalidArgument', status: 400 });
  });

  it('tells the checksum only when asked', async () => {
    await put('sum', { ChecksumAlgorithm: 'SHA256' });
    const path = `/${bucket}/sum`;
    const plain = await sendSigned(store.endpoint, { method: 'HEAD', path });
    expect(plain.headers['x-amz-checksum-sha256']).toBeUndefined();
    expect(await head('sum', { ChecksumMode: 'ENABLED' })).toMatchObject({
      ChecksumSHA256: createHash('sha256').update('some bytes').digest('base64'),
      ChecksumType: 'FULL_OBJECT',
    });
  });

  it('of nothing is refused', async () => {
    expect(await findRefusal(get('never'))).toEqual({ code: 'NoSuchKey', status: 404 });
    expect(await findRefusal(head('never'))).toEqual({ code: 'NotFound', status: 404 });
  });

  it('of another bucket is refused', async () => {
    expect(await findRefusal(get('x', { Bucket: 'no-such-bucket' }))).toEqual({ code: 'NoSuchBucket', status: 404 });
  });
});

describe('versions', () => {
  it('are kept, each under an id of its own', async () => {
    const first = await put('kept-versions', { Body: 'one' });
    const second = await put('kept-versions', { Body: 'two' });
    expect(first.VersionId).not.toBe(second.VersionId);
    expect(await readText('kept-versions')).toBe('two');
    expect(await readText('kept-versions', { VersionId: first.VersionId })).toBe('one');
    expect((await head('kept-versions')).VersionId).toBe(second.VersionId);
  });

  it('survive a delete, which puts a marker on top', async () => {
    const { VersionId } = await put('marked');
    const marker = await remove('marked');
    expect(marker.DeleteMarker).toBe(true);
    expect(await findRefusal(get('marked'))).toEqual({ code: 'NoSuchKey', status: 404 });
    expect(await readText('marked', { VersionId })).toBe('some bytes');
  });

  it('that are delete markers cannot be read', async () => {
    const { VersionId } = await remove('only-marker');
    expect(await findRefusal(get('only-marker', { VersionId }))).toEqual({ code: 'MethodNotAllowed', status: 405 });
  });

  it('come back when the marker is deleted', async () => {
    await put('back');
    const { VersionId } = await remove('back');
    expect((await remove('back', { VersionId })).DeleteMarker).toBe(true);
    expect(await readText('back')).toBe('some bytes');
  });

  it('can be deleted for good', async () => {
    const { VersionId } = await put('for-good');
    expect((await remove('for-good', { VersionId })).VersionId).toBe(VersionId);
    expect(await findRefusal(get('for-good', { VersionId }))).toEqual({ code: 'NoSuchVersion', status: 404 });
    expect((await remove('for-good', { VersionId })).$metadata.httpStatusCode).toBe(204);
  });

  it.each(['', '日本', 'a b'])('cannot have the id %j', async (VersionId) => {
    const path = `/${bucket}/no-id`;
    for (const method of ['GET', 'DELETE']) {
      const answer = await sendSigned(store.endpoint, { method, path, query: { versionId: VersionId } });
      expect(answer).toMatchObject({ status: 400, code: 'InvalidArgument' });
    }
  });

  it('there are none in a bucket without them', async () => {
    const Bucket = plainBucket;
    expect((await put('plain', { Bucket })).VersionId).toBeUndefined();
    await put('plain', { Bucket, Body: 'two' });
    expect((await head('plain', { Bucket })).VersionId).toBeUndefined();
    await remove('plain', { Bucket });
    const { Versions } = await store.client.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'plain' }));
    expect(Versions).toBeUndefined();
  });

  it('are replaced one by one while they are suspended', async () => {
    const Bucket = await store.makeBucket();
    const kept = await put('suspended', { Bucket, Body: 'one' });
    const VersioningConfiguration = { Status: 'Suspended' } as const;
    await store.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    await put('suspended', { Bucket, Body: 'two' });
    expect((await put('suspended', { Bucket, Body: 'three' })).VersionId).toBe('null');
    const { Versions = [] } = await store.client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions.map(({ VersionId }) => VersionId)).toEqual(['null', kept.VersionId]);
  });
});
