import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createS3Server, type S3Server } from '../../local/s3/s3-server.ts';
import { send, sendShort, sendSigned, signLink } from './s3-raw.ts';
import { connect, findRefusal } from './s3-target.ts';

let directory: string;
let server: S3Server;
let client: ReturnType<typeof connect>['client'];
let clock: number;
const Bucket = 'archive';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 's3-'));
  clock = Date.now();
  server = await createS3Server({ directory, accessKeyId: 'local', now: () => clock });
  server.createBucket(Bucket);
  ({ client } = connect(server.url));
});
afterEach(async () => {
  client.destroy();
  await server.close();
  await rm(directory, { recursive: true });
});

const put = (Key = 'key') => client.send(new PutObjectCommand({ Bucket, Key, Body: 'some bytes' }));
const head = (Key = 'key') => client.send(new HeadObjectCommand({ Bucket, Key }));
const findFiles = async () => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};
async function start(Key = 'key') {
  const { UploadId = '' } = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
  );
  const started = { Bucket, Key, UploadId };
  const part = await client.send(new UploadPartCommand({ ...started, PartNumber: 1, Body: 'some bytes' }));
  const Parts = [{ PartNumber: 1, ETag: part.ETag }];
  return {
    started,
    complete: () => client.send(new CompleteMultipartUploadCommand({ ...started, MultipartUpload: { Parts } })),
  };
}

describe('the embedded server', () => {
  it('listens on 127.0.0.1 only', async () => {
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address);
    // The whole of 127.0.0.0/8 is this machine's: a server on 0.0.0.0 would answer there.
    for (const host of ['127.0.0.2', ...others]) {
      const outcome = await new Promise((resolve) => {
        const socket = dial(server.port, host);
        socket.on('connect', () => resolve('connected')).on('error', () => resolve('refused'));
        socket.on('connect', () => socket.destroy());
      });
      expect(outcome).toBe('refused');
    }
  });

  it('makes buckets with versions, or without', async () => {
    server.createBucket('plain', { versioning: false });
    expect((await put()).VersionId).toBeDefined();
    const plain = await client.send(new PutObjectCommand({ Bucket: 'plain', Key: 'key', Body: 'x' }));
    expect(plain.VersionId).toBeUndefined();
  });

  it('lets only the access key in that it was given', async () => {
    const stranger = { accessKeyId: 'stranger', secretAccessKey: 'secret' };
    const { client: other } = connect(server.url);
    other.config.credentials = () => Promise.resolve(stranger);
    const refused = other.send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    expect(await findRefusal(refused)).toMatchObject({ status: 403 });
    const got = other.send(new GetObjectCommand({ Bucket, Key: 'key' }));
    expect(await findRefusal(got)).toEqual({ code: 'InvalidAccessKeyId', status: 403 });
    other.destroy();
  });

  it('lets links expire by its clock', async () => {
    await put();
    const path = `/${Bucket}/key`;
    const query = signLink({ method: 'GET', path }, { endpoint: server.url, signedAt: new Date(clock) });
    clock += 298_000;
    expect(await send(server.url, { method: 'GET', path, query })).toMatchObject({ status: 200 });
    clock += 2_000;
    expect(await send(server.url, { method: 'GET', path, query })).toMatchObject({ status: 403 });
  });

  it('refuses what it cannot do instead of ignoring it', async () => {
    const path = `/${Bucket}/key`;
    const refused = { status: 501, code: 'NotImplemented' };
    const ask = (method: string, more: { query?: Record<string, string>; headers?: Record<string, string> }) =>
      sendSigned(server.url, { method, path, ...more, headers: { 'content-length': '0', ...more.headers } });
    expect(await ask('GET', { query: { acl: '' } })).toMatchObject(refused);
    expect(await ask('PUT', { query: { tagging: '' } })).toMatchObject(refused);
    expect(await ask('POST', { query: {} })).toMatchObject(refused);
    expect(await ask('PUT', { headers: { 'x-amz-copy-source': '/a/b' } })).toMatchObject(refused);
    expect(await ask('DELETE', { headers: { 'if-match': '"abc"' } })).toMatchObject(refused);
  });

  it.each(['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'])(
    'takes a %s body without looking at its signatures',
    async (payload) => {
      const signature = `;chunk-signature=${'0'.repeat(64)}`;
      const hasTrailer = payload.endsWith('TRAILER');
      const trailer = `x-amz-checksum-crc64nvme:rosUhgp5mIg=\nx-amz-trailer-signature:${'0'.repeat(64)}\r\n`;
      const body = `9${signature}\r\n123456789\r\n0${signature}\r\n${hasTrailer ? trailer : ''}\r\n`;
      const headers = { 'content-length': String(body.length), 'x-amz-decoded-content-length': '9' };
      const announced = hasTrailer ? { ...headers, 'x-amz-trailer': 'x-amz-checksum-crc64nvme' } : headers;
      const path = `/${Bucket}/signed`;
      const sent = await sendSigned(server.url, { method: 'PUT', path, payload, headers: announced, body });
      expect(sent.status).toBe(200);
      expect((await sendSigned(server.url, { method: 'GET', path })).body).toBe('123456789');
    },
  );
});

describe('the files of the embedded server', () => {
  it('are one an object, under names that say nothing of the keys', async () => {
    await put('../../escaped');
    await put('a/../../b');
    const files = await findFiles();
    expect(files).toHaveLength(2);
    for (const file of files) expect(file).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('are gone when a write was refused', async () => {
    const refused = new PutObjectCommand({ Bucket, Key: 'key', Body: 'some bytes', IfMatch: '"abc"' });
    expect(await findRefusal(client.send(refused))).toMatchObject({ status: 404 });
    expect(await findFiles()).toEqual([]);
  });

  it('are gone when the client hung up', async () => {
    await sendShort(server.url, { method: 'PUT', path: `/${Bucket}/key`, body: 'some bytes' }, 20);
    expect(await findRefusal(head())).toMatchObject({ status: 404 });
    expect(await findFiles()).toEqual([]);
    // That the client went away is noticed whenever it is.
    expect(server.operations).toHaveLength(2);
    expect(server.operations).toContainEqual(expect.objectContaining({ operation: 'PutObject', status: 0 }));
  });

  it('of parts are gone when the upload is complete', async () => {
    const { complete } = await start();
    await complete();
    expect(await findFiles()).toHaveLength(1);
  });

  it('of a part that is sent again are replaced', async () => {
    const { started } = await start();
    await client.send(new UploadPartCommand({ ...started, PartNumber: 1, Body: 'other bytes' }));
    expect(await findFiles()).toHaveLength(1);
  });

  it('of an upload that two complete at once become one object', async () => {
    const { complete } = await start();
    const codes = (await Promise.all([findRefusal(complete()), findRefusal(complete())])).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['none', 'NoSuchUpload']));
    expect(await findFiles()).toHaveLength(1);
  });

  it('are gone when the server is closed', async () => {
    await put();
    await server.close();
    expect(await findFiles()).toEqual([]);
  });
});

describe('the log of the embedded server', () => {
  it('names every request by its operation, with its outcome', async () => {
    const { VersionId } = await put('a b');
    await findRefusal(head('other'));
    expect(server.operations).toEqual([
      { operation: 'PutObject', bucket: Bucket, key: 'a b', status: 200, versionId: VersionId },
      { operation: 'HeadObject', bucket: Bucket, key: 'other', status: 404 },
    ]);
  });
});

describe('a failure on demand', () => {
  it('happens once and does nothing', async () => {
    server.failNext('PutObject', { status: 503, code: 'SlowDown' });
    expect(await findRefusal(put())).toEqual({ code: 'SlowDown', status: 503 });
    expect(await findRefusal(head())).toMatchObject({ status: 404 });
    expect((await put()).$metadata.httpStatusCode).toBe(200);
  });

  it('happens as often as asked, to that operation only', async () => {
    server.failNext('HeadObject', { status: 503, code: 'SlowDown', times: 2 });
    await put();
    expect(await findRefusal(head())).toMatchObject({ status: 503 });
    expect(await findRefusal(head())).toMatchObject({ status: 503 });
    expect((await head()).$metadata.httpStatusCode).toBe(200);
  });

  it('of a Complete by conflict takes the upload with it', async () => {
    const { complete } = await start();
    server.failNext('CompleteMultipartUpload', { status: 409, code: 'ConditionalRequestConflict' });
    expect(await findRefusal(complete())).toEqual({ code: 'ConditionalRequestConflict', status: 409 });
    expect(await findRefusal(complete())).toEqual({ code: 'NoSuchUpload', status: 404 });
    expect(await findFiles()).toEqual([]);
  });

  it('of a Complete by overload leaves the upload as it was', async () => {
    const { complete } = await start();
    server.failNext('CompleteMultipartUpload', { status: 503, code: 'SlowDown' });
    expect(await findRefusal(complete())).toEqual({ code: 'SlowDown', status: 503 });
    expect((await complete()).$metadata.httpStatusCode).toBe(200);
  });

  it('may come with status 200, as S3 itself does after a long Complete', async () => {
    const { complete } = await start();
    server.failNext('CompleteMultipartUpload', { status: 200, code: 'InternalError' });
    expect((await findRefusal(complete())).code).toBe('InternalError');
  });
});
