import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { GetObjectCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createS3Store } from '../../../lib/adapters/s3-store.ts';
import type { AwsRequest } from '../../../lib/aws-call.ts';
import { encodeCrc32 } from '../../../lib/crc32.ts';
import type { Store } from '../../../lib/ports.ts';
import { connectTestBucket } from '../../support/aws-clients.ts';
import { startTestBucket, type TestBucket } from '../../support/services.ts';

const body = Buffer.from('%PDF-1.7');
const sha256 = createHash('sha256').update(body).digest('hex');
const checksum = encodeCrc32(crc32(body));
const { signal } = new AbortController();
const nothing = { etag: undefined };

let s3: TestBucket;
let store: Store;
let count = 0;

beforeAll(async () => {
  s3 = await startTestBucket();
  store = createS3Store({ client: connectTestBucket(s3), bucket: s3.bucket });
});

afterAll(() => s3?.close());

const newKey = () => `tasks/1/steps/a/${++count}.pdf`;
const target = (key: string) => ({ key, contentType: 'application/pdf', metadata: { 'task-id': '1' } });
const put = (key: string, condition: { etag: string | undefined } = nothing) =>
  store.putObject({ ...target(key), body: [body], sha256, condition, signal });

async function upload(key: string, condition: { etag: string | undefined } = nothing) {
  const uploadId = await store.beginUpload(target(key), signal);
  const part = await store.uploadPart({ key, uploadId, number: 1, body: [body], crc32: checksum, signal });
  const complete = { key, uploadId, parts: [part], crc32: checksum, sizeBytes: body.length, condition, signal };
  return { uploadId, complete, outcome: await store.completeUpload(complete) };
}

async function collect(chunks: AsyncIterable<Buffer>) {
  const read: Buffer[] = [];
  for await (const chunk of chunks) read.push(chunk);
  return Buffer.concat(read);
}

describe('putObject', () => {
  it('stores bytes, type and metadata, and names the version', async () => {
    const key = newKey();
    const outcome = await put(key);

    expect(outcome).toEqual({ kind: 'written', etag: expect.any(String), versionId: expect.any(String) });
    const object = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: key }));
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(body);
    expect(object).toMatchObject({ ContentType: 'application/pdf', Metadata: { 'task-id': '1' } });
  });

  it('signs with the hash that is known, and lets nobody hash the bytes once more', async () => {
    const signed: unknown[] = [];
    const client = connectTestBucket(s3);
    const watching = { ...client, send: (request: AwsRequest) => (signed.push(request.headers), client.send(request)) };
    await createS3Store({ client: watching, bucket: s3.bucket }).putObject({
      ...target(newKey()),
      body: [body],
      sha256,
      condition: nothing,
      signal,
    });

    expect(signed).toEqual([expect.objectContaining({ 'x-amz-content-sha256': sha256 })]);
  });

  it('writes nothing whose SHA-256 is another', async () => {
    const key = newKey();
    const wrong = createHash('sha256').digest('hex');

    await expect(
      store.putObject({ ...target(key), body: [body], sha256: wrong, condition: nothing, signal }),
    ).rejects.toMatchObject({ code: 'store_refused' });
    expect(await store.findObject(key, signal)).toBeUndefined();
  });

  it('says that there is something already', async () => {
    const key = newKey();
    await put(key);

    expect(await put(key)).toEqual({ kind: 'exists' });
    expect(await put(key, { etag: '"another"' })).toEqual({ kind: 'exists' });
  });

  it('says that what it should replace is missing', async () => {
    expect(await put(newKey(), { etag: '"gone"' })).toEqual({ kind: 'missing' });
  });

  it('says that another write was under way', async () => {
    s3.failNext('PutObject', { status: 409, code: 'ConditionalRequestConflict' });

    expect(await put(newKey())).toEqual({ kind: 'conflict' });
  });

  it.each([
    [403, 'AccessDenied', 'store_refused'],
    [503, 'SlowDown', 'store_unavailable'],
  ])('takes %d %s for a failure that will pass', async (status, code, known) => {
    s3.failNext('PutObject', { status, code });

    await expect(put(newKey())).rejects.toMatchObject({ name: 'TransientError', code: known, stage: 'store' });
  });

  it('takes an answer without an ETag for none', async () => {
    const send = async () => ({ headers: {}, text: '' });
    const client = { ...connectTestBucket(s3), send };
    const request = { ...target(newKey()), body: [body], sha256, condition: nothing, signal };

    await expect(createS3Store({ client, bucket: s3.bucket }).putObject(request)).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });

  it('takes a store that does not listen for a failure that will pass', async () => {
    const nowhere = connectTestBucket({ url: 'http://127.0.0.1:1', bucket: 'archive' });
    const unreachable = createS3Store({ client: nowhere, bucket: 'archive' });

    await expect(
      unreachable.putObject({ ...target('a'), body: [body], sha256, condition: nothing, signal }),
    ).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('stops at the deadline', async () => {
    const request = { ...target(newKey()), body: [body], sha256, condition: nothing, signal: AbortSignal.abort() };

    await expect(store.putObject(request)).rejects.toMatchObject({ code: 'deadline' });
  });
});

describe('an upload', () => {
  it('becomes an object under a checksum over all of it', async () => {
    const key = newKey();
    const { outcome } = await upload(key);

    expect(outcome).toMatchObject({ kind: 'written' });
    expect(await store.findObject(key, signal)).toMatchObject({ sizeBytes: body.length, crc32: checksum });
  });

  it('becomes none when its parts are not what passed through our hands', async () => {
    const key = newKey();
    const uploadId = await store.beginUpload(target(key), signal);
    const part = await store.uploadPart({ key, uploadId, number: 1, body: [body], crc32: checksum, signal });
    const wrong = encodeCrc32(crc32('another document'));
    const complete = { key, uploadId, parts: [part], crc32: wrong, sizeBytes: body.length, condition: nothing, signal };

    await expect(store.completeUpload(complete)).rejects.toMatchObject({ code: 'store_refused' });
    expect(await store.findObject(key, signal)).toBeUndefined();
  });

  it('says that there is something already', async () => {
    const key = newKey();
    await upload(key);

    expect((await upload(key)).outcome).toEqual({ kind: 'exists' });
  });

  it('replaces the object that it should', async () => {
    const key = newKey();
    const written = await put(key);
    const etag = written.kind === 'written' ? written.etag : undefined;

    expect((await upload(key, { etag })).outcome).toMatchObject({ kind: 'written' });
  });

  it('says that there is another object than the one it should replace', async () => {
    const key = newKey();
    await put(key);

    expect((await upload(key, { etag: '"another"' })).outcome).toEqual({ kind: 'exists' });
  });

  it('says that what it should replace is missing', async () => {
    expect((await upload(newKey(), { etag: '"gone"' })).outcome).toEqual({ kind: 'missing' });
  });

  it('says that it is gone once it is complete', async () => {
    const { complete } = await upload(newKey());

    expect(await store.completeUpload(complete)).toEqual({ kind: 'upload_gone' });
  });

  it('leaves nothing when it is aborted', async () => {
    const key = newKey();
    const uploadId = await store.beginUpload(target(key), signal);
    await store.abortUpload(key, uploadId);

    const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: s3.bucket, Prefix: key }));
    expect(Uploads).toEqual([]);
  });

  it('is left to the lifecycle of the bucket when it cannot be aborted', async () => {
    s3.failNext('AbortMultipartUpload', { status: 500, code: 'InternalError' });

    await expect(store.abortUpload(newKey(), 'unknown')).resolves.toBeUndefined();
  });

  it.each(['CreateMultipartUpload', 'UploadPart'])('takes a failed %s for one that will pass', async (operation) => {
    s3.failNext(operation, { status: 500, code: 'InternalError' });

    await expect(upload(newKey())).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('findObject', () => {
  it('finds nothing under a new key', async () => {
    expect(await store.findObject(newKey(), signal)).toBeUndefined();
  });

  it('reads our SHA-256 from the metadata', async () => {
    const key = newKey();
    const metadata = { sha256: 'abc' };
    await store.putObject({ ...target(key), metadata, body: [body], sha256, condition: nothing, signal });

    expect(await store.findObject(key, signal)).toMatchObject({ sha256: 'abc', versionId: expect.any(String) });
  });

  it('reads the content type', async () => {
    const key = newKey();
    await store.putObject({
      ...target(key),
      contentType: 'text/x-own',
      body: [body],
      sha256,
      condition: nothing,
      signal,
    });

    expect(await store.findObject(key, signal)).toMatchObject({ contentType: 'text/x-own' });
  });

  it('fails for now when S3 does', async () => {
    s3.failNext('HeadObject', { status: 503, code: 'SlowDown' });

    await expect(store.findObject(newKey(), signal)).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('readObject', () => {
  it('reads the version that is asked for', async () => {
    const key = newKey();
    const written = await put(key);
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: key, Body: 'newer' }));

    const versionId = written.kind === 'written' ? written.versionId : undefined;
    expect(await collect(await store.readObject(key, versionId, signal))).toEqual(body);
    expect((await collect(await store.readObject(key, undefined, signal))).toString()).toBe('newer');
  });

  it('fails for now when S3 does', async () => {
    s3.failNext('GetObject', { status: 500, code: 'InternalError' });

    await expect(store.readObject(newKey(), undefined, signal)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('stops at the deadline in the middle of the bytes', async () => {
    const key = newKey();
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: key, Body: Buffer.alloc(4_000_000) }));
    const deadline = new AbortController();
    const chunks = await store.readObject(key, undefined, deadline.signal);
    deadline.abort();

    await expect(collect(chunks)).rejects.toMatchObject({ code: 'deadline' });
  });
});
