import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pdf } from '../support/answer-row.ts';
import { type ArchiveWorld, hashOf, startArchiveWorld } from '../support/archive-world.ts';
import { link, serve } from '../support/scripted-server.ts';

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

const other = Buffer.from('%PDF-1.7\n% another contract\n%%EOF\n');
/** The smallest that goes in parts. */
const large = Buffer.alloc(24 * 1024 * 1024, '%PDF- and so on. ');
const otherLarge = Buffer.alloc(24 * 1024 * 1024, '%PDF- and so forth. ');

type PutOptions = { sha256?: string; checksum?: 'CRC32' | 'SHA256' | 'CRC64NVME' };

const keyOf = (taskId: string) => `tasks/${taskId}/steps/step/Contract.pdf`;

async function put(taskId: string, Body: Buffer, { sha256, checksum = 'SHA256' }: PutOptions = {}): Promise<void> {
  const target = {
    Bucket: world.bucket,
    Key: keyOf(taskId),
    ...(sha256 === undefined ? {} : { Metadata: { sha256 } }),
  };
  await world.client.send(new PutObjectCommand({ ...target, Body, ChecksumAlgorithm: checksum }));
}

/** As an upload of ours would have left it: in parts, without a hash in its metadata. */
async function putInParts(taskId: string, content: Buffer, type: 'FULL_OBJECT' | 'COMPOSITE' = 'FULL_OBJECT') {
  const target = { Bucket: world.bucket, Key: keyOf(taskId) };
  const algorithm = { ChecksumAlgorithm: 'CRC32', ChecksumType: type } as const;
  const { UploadId } = await world.client.send(new CreateMultipartUploadCommand({ ...target, ...algorithm }));
  const part = { ...target, UploadId, PartNumber: 1, Body: content, ChecksumAlgorithm: 'CRC32' } as const;
  const { ETag, ChecksumCRC32 } = await world.client.send(new UploadPartCommand(part));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] };
  await world.client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload }));
}

type Row = {
  it: string;
  content?: Buffer;
  before?: (taskId: string) => Promise<void> | void;
  /** All versions afterwards, the oldest first. */
  stored: Buffer[];
  operations: string[];
};

const WRITE = 'PutObject';
const LOOK = 'HeadObject';
const READ = 'GetObject';
const UPLOAD = ['CreateMultipartUpload', 'UploadPart', 'UploadPart', 'UploadPart', 'CompleteMultipartUpload'];
const ABORT = 'AbortMultipartUpload';

const rows: Row[] = [
  { it: 'writes a small document with one request', stored: [pdf], operations: [WRITE] },
  { it: 'writes a large document in parts', content: large, stored: [large], operations: UPLOAD },
  {
    it: 'takes an object under the key for its own whose metadata have the same hash',
    before: (taskId) => put(taskId, pdf, { sha256: hashOf(pdf) }),
    stored: [pdf],
    operations: [WRITE, WRITE, LOOK],
  },
  {
    it: 'takes an object under the key for its own that has the same length and full-object CRC',
    before: (taskId) => putInParts(taskId, pdf),
    stored: [pdf],
    operations: ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', WRITE, LOOK],
  },
  {
    it: 'reads an object back that has no checksum to compare, and takes the same bytes for its own',
    before: (taskId) => put(taskId, pdf),
    stored: [pdf],
    operations: [WRITE, WRITE, LOOK, READ],
  },
  {
    it: 'takes no composite checksum for one of the whole object, and reads the object back',
    before: (taskId) => putInParts(taskId, pdf, 'COMPOSITE'),
    stored: [pdf],
    operations: ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', WRITE, LOOK, READ],
  },
  {
    it: 'writes over an object with another hash in its metadata',
    before: (taskId) => put(taskId, other, { sha256: hashOf(other) }),
    stored: [other, pdf],
    operations: [WRITE, WRITE, LOOK, WRITE],
  },
  {
    it: 'writes over an object of another length',
    before: (taskId) => put(taskId, other),
    stored: [other, pdf],
    operations: [WRITE, WRITE, LOOK, WRITE],
  },
  {
    it: 'writes over an object with another full-object CRC',
    before: (taskId) => putInParts(taskId, Buffer.alloc(pdf.length)),
    stored: [Buffer.alloc(pdf.length), pdf],
    operations: ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', WRITE, LOOK, WRITE],
  },
  {
    it: 'writes over an object that reads back as something else',
    before: (taskId) => put(taskId, Buffer.alloc(pdf.length)),
    stored: [Buffer.alloc(pdf.length), pdf],
    operations: [WRITE, WRITE, LOOK, READ, WRITE],
  },
  {
    it: 'writes again after a 409',
    before: () => world.s3.failNext(WRITE, { status: 409, code: 'ConditionalRequestConflict', times: 2 }),
    stored: [pdf],
    operations: [WRITE, WRITE, WRITE],
  },
  {
    it: 'writes again when what stood in its way is gone by the time it looks',
    before: () => world.s3.failNext(WRITE, { status: 412, code: 'PreconditionFailed' }),
    stored: [pdf],
    operations: [WRITE, LOOK, WRITE],
  },
  {
    it: 'takes a large object under the key for its own that has the same length and full-object CRC',
    content: large,
    before: (taskId) => putInParts(taskId, large),
    stored: [large],
    operations: ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', ...UPLOAD, LOOK],
  },
  {
    it: 'completes an upload over another object',
    content: large,
    before: (taskId) => put(taskId, other, { sha256: hashOf(other) }),
    stored: [other, large],
    operations: [WRITE, ...UPLOAD, LOOK, 'CompleteMultipartUpload'],
  },
  {
    it: 'uploads again after a 409 on Complete',
    content: large,
    before: () => world.s3.failNext('CompleteMultipartUpload', { status: 409, code: 'ConditionalRequestConflict' }),
    stored: [large],
    operations: [...UPLOAD, ABORT, ...UPLOAD],
  },
  {
    it: 'uploads again when S3 no longer knows the upload and has no such object',
    content: large,
    before: () => world.s3.failNext('CompleteMultipartUpload', { status: 404, code: 'NoSuchUpload' }),
    stored: [large],
    operations: [...UPLOAD, LOOK, ABORT, ...UPLOAD],
  },
  {
    it: 'takes the object for its own when S3 no longer knows the upload because it was completed',
    content: large,
    before: async (taskId) => {
      await putInParts(taskId, large);
      world.s3.failNext('CompleteMultipartUpload', { status: 404, code: 'NoSuchUpload' });
    },
    stored: [large],
    operations: ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', ...UPLOAD, LOOK],
  },
];

/** Aborting what is gone already costs a request and changes nothing. */
const dropLastAbort = (operations: string[]) => (operations.at(-1) === ABORT ? operations.slice(0, -1) : operations);

async function archive(taskId: string, { force = false } = {}) {
  const { settled } = await world.receive([
    { body: { task_id: taskId, step_id: 'step', ...(force ? { force } : {}) } },
  ]);
  return { then: settled[0], record: await world.readRecord(taskId) };
}

async function checkStored(taskId: string, stored: readonly Buffer[], record: Record<string, unknown> | undefined) {
  const versions = await world.listStored(taskId);
  expect(versions.map(({ sha256 }) => sha256)).toEqual(stored.map(hashOf));
  const { versionId, etag, sha256, key } = versions.at(-1) as (typeof versions)[number];
  expect(record).toMatchObject({ status: 'ARCHIVED', key, version_id: versionId, etag, sha256, not_ready_count: 0 });
  expect(record).toMatchObject({
    bucket: world.bucket,
    size_bytes: stored.at(-1)?.length,
    archived_at: expect.any(String),
  });
  for (const name of ['error', 'unfinished', 'lease_id', 'lease_expires_at']) expect(record).not.toHaveProperty(name);
  expect(await world.listUploads()).toEqual([]);
}

describe('an answer of S3', () => {
  it.each(rows)('$it', async ({ content = pdf, before, stored, operations }) => {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [link()]);
    world.storage.script(taskId, [serve(content)]);
    await before?.(taskId);

    const { then, record } = await archive(taskId);

    expect(then).toBe('acknowledged');
    expect(dropLastAbort(world.listOperations(taskId))).toEqual(operations);
    await checkStored(taskId, stored, record);
  });

  it.each([
    ['PutObject', 503, 'SlowDown', 'store_unavailable', pdf],
    ['PutObject', 403, 'AccessDenied', 'store_refused', pdf],
    ['PutObject', 404, 'NoSuchBucket', 'store_refused', pdf],
    ['PutObject', 400, 'BadDigest', 'store_refused', pdf],
    ['CreateMultipartUpload', 503, 'SlowDown', 'store_unavailable', large],
    ['UploadPart', 500, 'InternalError', 'store_unavailable', large],
    ['CompleteMultipartUpload', 500, 'InternalError', 'store_unavailable', large],
  ])('to %s, %i %s, makes the message come again later', async (operation, status, code, expected, content) => {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [link()]);
    world.storage.script(taskId, [serve(content)]);
    world.s3.failNext(operation, { status, code });

    const { then, record } = await archive(taskId);

    expect(then).toBe('back in 30 s');
    expect(record).toMatchObject({ status: 'PENDING', error: { stage: 'store', code: expected } });
    expect(await world.listStored(taskId)).toEqual([]);
    expect(await world.listUploads()).toEqual([]);
  });

  it('makes the message come again later when others keep writing the same key', async () => {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [link()]);
    world.storage.script(taskId, [serve(pdf)]);
    world.s3.failNext('PutObject', { status: 409, code: 'ConditionalRequestConflict', times: 5 });

    const { then, record } = await archive(taskId);

    expect(then).toBe('back in 30 s');
    expect(record).toMatchObject({ status: 'PENDING', error: { stage: 'store', code: 'write_conflict' } });
  });
});

describe('a document that was archived before', () => {
  async function archiveFirst(content = pdf, etag?: string) {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [link()]);
    world.storage.script(taskId, [serve(content, etag === undefined ? {} : { etag })]);
    const { then, record } = await archive(taskId);
    expect(then).toBe('acknowledged');
    world.pass(3600);
    return { taskId, first: record as Record<string, unknown> };
  }

  /** What only a new copy changes. */
  const archivedOf = (record: Record<string, unknown> = {}) =>
    Object.fromEntries(
      [
        'status',
        'bucket',
        'key',
        'version_id',
        'etag',
        'file_name',
        'content_type',
        'size_bytes',
        'sha256',
        'source_etag',
        'archived_at',
      ].map((name) => [name, record[name]]),
    );

  it('is left as it is when the source says that nothing changed', async () => {
    const { taskId, first } = await archiveFirst(pdf, '"v1"');

    const { then, record } = await archive(taskId);

    expect(then).toBe('acknowledged');
    expect(archivedOf(record)).toEqual(archivedOf(first));
    expect(world.storage.listRequests(taskId).at(-1)?.headers).toMatchObject({ 'if-none-match': '"v1"' });
    await checkStored(taskId, [pdf], record);
  });

  it.each([
    ['small', pdf],
    ['large', large],
  ])('is left as it is when it is %s and has the same bytes, whatever it is called now', async (_size, content) => {
    const { taskId, first } = await archiveFirst(content);
    world.vendor.script(taskId, [link({ file_name: 'Renamed.pdf' })]);

    const { then, record } = await archive(taskId);

    expect(then).toBe('acknowledged');
    expect(archivedOf(record)).toEqual(archivedOf(first));
    await checkStored(taskId, [content], record);
  });

  it.each([
    ['small', pdf],
    ['large', large],
  ])('is written again by force when it is %s and has the same bytes', async (_size, content) => {
    const { taskId } = await archiveFirst(content, '"v1"');

    const { then, record } = await archive(taskId, { force: true });

    expect(then).toBe('acknowledged');
    expect(world.storage.listRequests(taskId).at(-1)?.headers).not.toHaveProperty('if-none-match');
    await checkStored(taskId, [content, content], record);
  });

  it.each([
    ['small', pdf, other],
    ['large', large, otherLarge],
  ])('gets a new version under its old key when it is %s and has changed', async (_size, old, changed) => {
    const { taskId, first } = await archiveFirst(old, '"v1"');
    world.vendor.script(taskId, [link({ file_name: 'Renamed.pdf' })]);
    world.storage.script(taskId, [serve(changed)]);

    const { then, record } = await archive(taskId);

    expect(then).toBe('acknowledged');
    expect(record).toMatchObject({ key: first.key, file_name: 'Renamed.pdf', archived_at: expect.any(String) });
    expect(record).not.toHaveProperty('source_etag');
    expect(record?.archived_at).not.toBe(first.archived_at);
    await checkStored(taskId, [old, changed], record);
  });

  it.each([
    ['small', pdf, other],
    ['large', large, otherLarge],
  ])('is written anew when it is %s, has changed and somebody deleted the old one', async (_size, old, changed) => {
    const { taskId } = await archiveFirst(old);
    world.storage.script(taskId, [serve(changed)]);
    await world.client.send(new DeleteObjectCommand({ Bucket: world.bucket, Key: keyOf(taskId) }));

    const { then, record } = await archive(taskId);

    expect(then).toBe('acknowledged');
    await checkStored(taskId, [old, changed], record);
  });

  it('gets no third version when the new one is there and only its record got lost', async () => {
    const { taskId } = await archiveFirst();
    world.storage.script(taskId, [serve(other)]);
    await put(taskId, other, { sha256: hashOf(other) });

    const { then, record } = await archive(taskId);

    expect(then).toBe('acknowledged');
    await checkStored(taskId, [pdf, other], record);
  });

  it('goes over what somebody else put there meanwhile, on the condition that it is still there', async () => {
    const { taskId } = await archiveFirst();
    const third = Buffer.from('%PDF-1.7\n% a third contract\n%%EOF\n');
    world.storage.script(taskId, [serve(third)]);
    await put(taskId, other, { sha256: createHash('sha256').update(other).digest('hex') });

    const { then, record } = await archive(taskId);

    expect(then).toBe('acknowledged');
    await checkStored(taskId, [pdf, other, third], record);
  });

  it.each([
    ['404', 404, 'not_found', ['back in 30 s', 'back in 120 s', 'back in 600 s', 'acknowledged']],
    ['501', 501, 'not_available', ['back in 30 s', 'back in 120 s', 'back in 600 s', 'acknowledged']],
    ['400', 400, 'id_refused', ['acknowledged']],
  ])('stays archived when the vendor answers %s now', async (_status, status, code, thens) => {
    const { taskId, first } = await archiveFirst(pdf, '"v1"');
    world.vendor.script(taskId, [{ status }]);
    for (const expected of thens) {
      const { then, record } = await archive(taskId);

      expect(then).toBe(expected);
      expect(archivedOf(record)).toEqual(archivedOf(first));
      expect(record?.error).toMatchObject({ code });
      expect(record?.unfinished).toEqual(then === 'acknowledged' ? undefined : expect.stringMatching(/^[0-7]$/));
    }
    expect(await world.listStored(taskId)).toHaveLength(1);
  });

  it.each([
    ['fails for now', 1, 'back in 30 s', true],
    ['fails on its last receive', 10, 'back in 0 s', false],
  ])('stays archived when a later try %s', async (_when, receiveCount, then, isLeft) => {
    const { taskId, first } = await archiveFirst();
    world.vendor.script(taskId, [{ status: 500 }]);
    const { settled } = await world.receive([{ body: { task_id: taskId, step_id: 'step' }, receiveCount }]);

    expect(settled).toEqual([then]);
    const record = await world.readRecord(taskId);
    expect(archivedOf(record)).toEqual(archivedOf(first));
    expect(record).toMatchObject({ error: { code: 'server_error' }, attempts: 2 });
    expect(record?.unfinished).toEqual(isLeft ? expect.stringMatching(/^[0-7]$/) : undefined);
  });
});
