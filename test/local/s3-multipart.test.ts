import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  type CompletedPart,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendSigned } from './s3-raw.ts';
import { findRefusal, type OpenStore, openStore } from './s3-target.ts';

const first = Buffer.alloc(5 * 1024 ** 2, 'first part ');
const last = Buffer.from('and the last');
const whole = Buffer.concat([first, last]);
const sum = (bytes: Buffer) => {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString('base64');
};
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest();

let store: OpenStore;
let bucket: string;
beforeAll(async () => {
  store = await openStore();
  bucket = await store.makeBucket();
});
afterAll(() => store.close());

type Started = { Bucket: string; Key: string; UploadId: string };

async function start(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}): Promise<Started> {
  const input = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT', ...more } as const;
  const { UploadId = '' } = await store.client.send(
    new CreateMultipartUploadCommand({ Bucket: bucket, Key, ...input }),
  );
  return { Bucket: bucket, Key, UploadId };
}
async function upload(started: Started, PartNumber: number, more: Partial<UploadPartCommandInput>) {
  const input = { ChecksumAlgorithm: 'CRC32', Body: last, ...more } as const;
  const { ETag, ChecksumCRC32 } = await store.client.send(new UploadPartCommand({ ...started, PartNumber, ...input }));
  return { PartNumber, ETag, ChecksumCRC32 };
}
const complete = (started: Started, Parts: CompletedPart[], more: Partial<CompleteMultipartUploadCommandInput> = {}) =>
  store.client.send(new CompleteMultipartUploadCommand({ ...started, MultipartUpload: { Parts }, ...more }));
async function startWithParts(key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  const started = await start(key, more);
  const parts = [await upload(started, 1, { Body: first }), await upload(started, 2, { Body: last })];
  return { started, parts };
}
const put = (Key: string) => store.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'small' }));
const head = (Key: string) =>
  store.client.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: 'ENABLED' }));
const listUploads = (more: object) =>
  store.client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: 'pages/', ...more }));
const abort = (started: Started) => store.client.send(new AbortMultipartUploadCommand(started));

describe('a completed upload', () => {
  it('is one object of all its parts, in the order of their numbers', async () => {
    const started = await start('whole', { ContentType: 'application/pdf', Metadata: { 'task-id': '1' } });
    const two = await upload(started, 20, { Body: last });
    const one = await upload(started, 3, { Body: first });
    const { ETag, VersionId } = await complete(started, [one, two], {
      ChecksumCRC32: sum(whole),
      ChecksumType: 'FULL_OBJECT',
      MpuObjectSize: whole.length,
    });
    expect(ETag).toBe(`"${md5(Buffer.concat([md5(first), md5(last)])).toString('hex')}-2"`);
    const answer = await store.client.send(new GetObjectCommand({ Bucket: bucket, Key: 'whole' }));
    expect(Buffer.from((await answer.Body?.transformToByteArray()) ?? []).equals(whole)).toBe(true);
    expect(answer).toMatchObject({ ETag, VersionId, ContentType: 'application/pdf', Metadata: { 'task-id': '1' } });
  });

  it('keeps the full checksum where one was asked for', async () => {
    const { started, parts } = await startWithParts('full');
    await complete(started, parts);
    expect(await head('full')).toMatchObject({ ChecksumCRC32: sum(whole), ChecksumType: 'FULL_OBJECT' });
  });

  it('keeps the checksum of checksums otherwise', async () => {
    const { started, parts } = await startWithParts('composite', { ChecksumType: 'COMPOSITE' });
    const { ChecksumCRC32 } = await complete(started, parts);
    const sums = parts.map((part) => Buffer.from(part.ChecksumCRC32 ?? '', 'base64'));
    expect(ChecksumCRC32).toBe(`${sum(Buffer.concat(sums))}-2`);
    expect(await head('composite')).toMatchObject({ ChecksumCRC32, ChecksumType: 'COMPOSITE' });
  });

  it('takes the last of two parts with one number', async () => {
    const started = await start('twice');
    await upload(started, 1, { Body: first });
    await complete(started, [await upload(started, 1, { Body: last })]);
    expect((await head('twice')).ContentLength).toBe(last.length);
  });

  it('leaves no upload behind', async () => {
    const started = await start('left');
    await complete(started, [await upload(started, 1, {})]);
    expect(await findRefusal(upload(started, 1, {}))).toEqual({ code: 'NoSuchUpload', status: 404 });
  });
});

describe('a Complete', () => {
  it('is refused for a wrong checksum of the whole, and stores nothing', async () => {
    const { started, parts } = await startWithParts('bad-whole');
    const wrong = { ChecksumCRC32: sum(last), ChecksumType: 'FULL_OBJECT' } as const;
    expect(await findRefusal(complete(started, parts, wrong))).toEqual({ code: 'BadDigest', status: 400 });
    expect(await findRefusal(head('bad-whole'))).toEqual({ code: 'NotFound', status: 404 });
    await abort(started);
  });

  it('is refused for another type or kind of checksum than the upload has', async () => {
    const started = await start('other-type');
    const parts = [await upload(started, 1, {})];
    expect(await findRefusal(complete(started, parts, { ChecksumType: 'COMPOSITE' }))).toMatchObject({
      code: 'BadDigest',
    });
    const ChecksumSHA256 = createHash('sha256').update(last).digest('base64');
    expect(await findRefusal(complete(started, parts, { ChecksumSHA256 }))).toMatchObject({ code: 'InvalidRequest' });
    await abort(started);
  });

  it('is refused for another size', async () => {
    const started = await start('bad-size');
    const parts = [await upload(started, 1, {})];
    const refused = complete(started, parts, { MpuObjectSize: 1 });
    expect(await findRefusal(refused)).toEqual({ code: 'InvalidRequest', status: 400 });
    await abort(started);
  });

  it('is refused for a part smaller than 5 MiB before the last', async () => {
    const started = await start('small');
    const parts = [await upload(started, 1, {}), await upload(started, 2, {})];
    expect(await findRefusal(complete(started, parts))).toEqual({ code: 'EntityTooSmall', status: 400 });
    await abort(started);
  });

  it('is refused for parts out of order', async () => {
    const { started, parts } = await startWithParts('order');
    const reversed = parts.toReversed();
    expect(await findRefusal(complete(started, reversed))).toEqual({ code: 'InvalidPartOrder', status: 400 });
    await abort(started);
  });

  it('is refused for a part that is not there, or another', async () => {
    const started = await start('parts');
    const part = await upload(started, 1, {});
    for (const wrong of [
      { ...part, PartNumber: 2 },
      { ...part, ETag: '"abc"' },
      { ...part, ChecksumCRC32: sum(first) },
    ]) {
      expect(await findRefusal(complete(started, [wrong]))).toEqual({ code: 'InvalidPart', status: 400 });
    }
    await abort(started);
  });

  it('is refused without the checksums of the parts where there is none of the whole', async () => {
    const started = await start('sumless', { ChecksumType: 'COMPOSITE' });
    const { PartNumber, ETag } = await upload(started, 1, {});
    const refused = complete(started, [{ PartNumber, ETag }]);
    expect(await findRefusal(refused)).toEqual({ code: 'InvalidRequest', status: 400 });
    await abort(started);
  });

  it.each(['', '<CompleteMultipartUpload>', '<CompleteMultipartUpload></CompleteMultipartUpload>'])(
    'is refused with the body %j',
    async (body) => {
      const { Key, UploadId } = await start('xml');
      const headers = { 'content-length': String(body.length) };
      const raw = { method: 'POST', path: `/${bucket}/${Key}`, query: { uploadId: UploadId }, headers, body };
      expect(await sendSigned(store.endpoint, raw)).toMatchObject({ status: 400, code: 'MalformedXML' });
    },
  );
});

describe('a conditional Complete', () => {
  it('is refused where there is an object, and can be done again on another condition', async () => {
    const { ETag } = await put('taken');
    const started = await start('taken');
    const parts = [await upload(started, 1, {})];
    const refused = { code: 'PreconditionFailed', status: 412 };
    expect(await findRefusal(complete(started, parts, { IfNoneMatch: '*' }))).toEqual(refused);
    expect(await findRefusal(complete(started, parts, { IfMatch: '"abc"' }))).toEqual(refused);
    await complete(started, parts, { IfMatch: ETag });
    expect((await head('taken')).ContentLength).toBe(last.length);
  });

  it('can be aborted after it was refused', async () => {
    await put('taken-too');
    const started = await start('taken-too');
    const parts = [await upload(started, 1, {})];
    expect(await findRefusal(complete(started, parts, { IfNoneMatch: '*' }))).toMatchObject({ status: 412 });
    expect((await abort(started)).$metadata.httpStatusCode).toBe(204);
  });

  it('is refused where nothing is matched', async () => {
    const started = await start('absent');
    const parts = [await upload(started, 1, {})];
    expect(await findRefusal(complete(started, parts, { IfMatch: '"abc"' }))).toEqual({
      code: 'NoSuchKey',
      status: 404,
    });
    await abort(started);
  });

  it('lets exactly one of ten concurrent uploads through', async () => {
    const uploads = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const started = await start('race');
        return { started, parts: [await upload(started, 1, {})] };
      }),
    );
    const refusals = await Promise.all(
      uploads.map(({ started, parts }) => findRefusal(complete(started, parts, { IfNoneMatch: '*' }))),
    );
    expect(refusals.filter(({ code }) => code === 'none')).toHaveLength(1);
    expect(refusals.filter(({ code }) => code === 'PreconditionFailed')).toHaveLength(9);
  });
});

describe('a part', () => {
  it('is refused with a wrong checksum', async () => {
    const started = await start('bad-part');
    const refused = upload(started, 1, { ChecksumCRC32: sum(first) });
    expect(await findRefusal(refused)).toEqual({ code: 'BadDigest', status: 400 });
    const { Parts } = await store.client.send(new ListPartsCommand(started));
    expect(Parts).toBeUndefined();
    await abort(started);
  });

  it('is refused with another kind of checksum than the upload has', async () => {
    const started = await start('other-kind');
    const refused = upload(started, 1, { ChecksumAlgorithm: 'SHA256' });
    expect(await findRefusal(refused)).toEqual({ code: 'InvalidRequest', status: 400 });
    await abort(started);
  });

  it.each([0, 10_001])('is refused under the number %d', async (number) => {
    const started = await start('number');
    expect(await findRefusal(upload(started, number, {}))).toEqual({ code: 'InvalidArgument', status: 400 });
    await abort(started);
  });
});

describe('an upload', () => {
  it('refuses a checksum of the whole by a hash that has none', async () => {
    const refused = start('sha', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' });
    expect(await findRefusal(refused)).toEqual({ code: 'InvalidRequest', status: 400 });
  });

  it('lists its parts, page by page', async () => {
    const started = await start('listed');
    for (const number of [2, 1, 3]) await upload(started, number, {});
    const page = await store.client.send(new ListPartsCommand({ ...started, MaxParts: 2 }));
    expect(page.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([1, 2]);
    expect(page.IsTruncated).toBe(true);
    expect(page.Parts?.[0]).toMatchObject({ Size: last.length, ChecksumCRC32: sum(last) });
    const rest = await store.client.send(
      new ListPartsCommand({ ...started, PartNumberMarker: page.NextPartNumberMarker }),
    );
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);
    expect(rest.IsTruncated).toBe(false);
    await abort(started);
  });

  it('is listed until it is aborted, page by page', async () => {
    const uploads = [await start('pages/a'), await start('pages/b'), await start('pages/b')];
    const page = await listUploads({ MaxUploads: 2 });
    expect(page.IsTruncated).toBe(true);
    const rest = await listUploads({ KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker });
    const listed = [...(page.Uploads ?? []), ...(rest.Uploads ?? [])].map(({ UploadId }) => UploadId);
    expect(new Set(listed)).toEqual(new Set(uploads.map(({ UploadId }) => UploadId)));
    expect(listed).toHaveLength(3);
    for (const started of uploads) await abort(started);
    expect((await listUploads({})).Uploads).toBeUndefined();
  });

  it('is gone once it is aborted', async () => {
    const { started, parts } = await startWithParts('aborted');
    expect((await abort(started)).$metadata.httpStatusCode).toBe(204);
    const gone = { code: 'NoSuchUpload', status: 404 };
    expect(await findRefusal(complete(started, parts))).toEqual(gone);
    expect(await findRefusal(upload(started, 1, {}))).toEqual(gone);
    expect(await findRefusal(store.client.send(new ListPartsCommand(started)))).toEqual(gone);
    expect(await findRefusal(abort(started))).toEqual(gone);
  });
});
