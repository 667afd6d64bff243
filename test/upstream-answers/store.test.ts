import { createHash } from 'node:crypto';
import {
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  CompleteMultipartUploadCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pdf } from '../support/answer-row.ts';
import { type ArchiveWorld, BUCKET, hashOf, startArchiveWorld } from '../support/archive-world.ts';
import { link, serve } from '../support/scripted-server.ts';

const PART = 8 * 1024 * 1024;
const other = Buffer.from('%PDF-1.7\n% another contract\n%%EOF\n');
const large = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(3 * PART, 'contract ')]);

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

/** A task whose one step has this document. */
function scriptTask(content = pdf) {
  const taskId = world.createTaskId();
  world.vendor.script(taskId, [link()]);
  world.storage.script(taskId, [serve(content, { etag: `"${hashOf(content).slice(0, 32)}"` })]);
  return { taskId, key: `tasks/${taskId}/steps/step/Contract.pdf`, body: { task_id: taskId, step_id: 'step' } };
}

const putBefore = (Key: string, Body: Buffer, Metadata: Record<string, string> = {}) =>
  world.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, Metadata }));

/** An object without any checksum of the whole, as other programs write it. */
async function uploadBefore(Key: string, Body: Buffer) {
  const { UploadId } = await world.client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key }));
  const part = { Bucket: BUCKET, Key, UploadId, PartNumber: 1 };
  const { ETag } = await world.client.send(new UploadPartCommand({ ...part, Body }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await world.client.send(new CompleteMultipartUploadCommand({ Bucket: BUCKET, Key, UploadId, MultipartUpload }));
}

const count = (taskId: string, operation: string) =>
  world.listOperations(taskId).filter((name) => name === operation).length;

describe('an object that is there already', () => {
  it('is ours when its metadata has our SHA-256', async () => {
    const { taskId, key, body } = scriptTask();
    await putBefore(key, pdf, { sha256: hashOf(pdf) });
    const [before] = await world.listStored(taskId);

    expect((await world.receive([{ body }])).settled).toEqual(['acknowledged']);
    expect(await world.listStored(taskId)).toEqual([before]);
    expect(await world.readRecord(taskId)).toMatchObject({ status: 'ARCHIVED', version_id: before?.versionId });
  });

  it('is ours when it reads back as our bytes', async () => {
    const { taskId, key, body } = scriptTask();
    await uploadBefore(key, pdf);

    expect((await world.receive([{ body }])).settled).toEqual(['acknowledged']);
    expect(await world.listStored(taskId)).toHaveLength(1);
    expect(await world.readRecord(taskId)).toMatchObject({ status: 'ARCHIVED', sha256: hashOf(pdf) });
  });

  it('is kept as a version when it is another', async () => {
    const { taskId, key, body } = scriptTask();
    await putBefore(key, other, { sha256: hashOf(other) });

    expect((await world.receive([{ body }])).settled).toEqual(['acknowledged']);
    const stored = await world.listStored(taskId);
    expect(stored.map(({ sha256 }) => sha256)).toEqual([hashOf(other), hashOf(pdf)]);
    expect(await world.readRecord(taskId)).toMatchObject({ version_id: stored[1]?.versionId });
  });

  it('is ours when it is a large one of our length and our CRC, as after a crash before the record', async () => {
    const { taskId, body } = scriptTask(large);
    await world.receive([{ body }]);
    const before = await world.listStored(taskId);
    await world.forget(taskId);
    await world.receive([{ body }]);

    expect(await world.listStored(taskId)).toEqual(before);
    expect(await world.listUploads()).toEqual([]);
    expect(await world.readRecord(taskId)).toMatchObject({ status: 'ARCHIVED', sha256: hashOf(large), attempts: 1 });
  });
});

describe('a document that is archived already', () => {
  it('is written over what is recorded when it changed, as a new version under the same key', async () => {
    const { taskId, key, body } = scriptTask();
    await world.receive([{ body }]);
    world.vendor.script(taskId, [link({ file_name: 'Renamed.pdf' })]);
    world.storage.script(taskId, [serve(other)]);
    await world.receive([{ body }]);

    const stored = await world.listStored(taskId);
    expect(stored.map((version) => [version.key, version.sha256])).toEqual([
      [key, hashOf(pdf)],
      [key, hashOf(other)],
    ]);
    expect(await world.readRecord(taskId)).toMatchObject({ key, file_name: 'Renamed.pdf', sha256: hashOf(other) });
  });

  it('is written anew when it changed and somebody has deleted the object', async () => {
    const { taskId, body } = scriptTask();
    await world.receive([{ body }]);
    world.storage.script(taskId, [serve(other)]);
    world.s3.failNext('PutObject', { status: 404, code: 'NoSuchKey' });

    expect((await world.receive([{ body }])).settled).toEqual(['acknowledged']);
    expect(await world.readRecord(taskId)).toMatchObject({ sha256: hashOf(other) });
  });

  it.each([
    ['small', pdf],
    ['large', large],
  ])('is not downloaded again while the source calls it the same, %s', async (_, content) => {
    const { taskId, body } = scriptTask(content);
    await world.receive([{ body }]);
    const before = await world.listStored(taskId);

    const { lines } = await world.receive([{ body }]);
    expect(lines[0]).toMatchObject({ outcome: 'unchanged', attempt: 2 });
    expect(await world.listStored(taskId)).toEqual(before);
    expect(world.storage.listRequests(taskId).at(-1)?.headers).toHaveProperty('if-none-match');
  });

  it.each([
    ['small', pdf],
    ['large', large],
  ])('is not written again when it hashes to the same, %s', async (_, content) => {
    const { taskId, body } = scriptTask(content);
    await world.receive([{ body }]);
    const before = await world.listStored(taskId);
    world.storage.script(taskId, [serve(content, { etag: '"another"' })]);

    const { lines } = await world.receive([{ body }]);
    expect(lines[0]).toMatchObject({ outcome: 'unchanged' });
    expect(await world.listStored(taskId)).toEqual(before);
    expect(await world.listUploads()).toEqual([]);
  });

  it('is written again when that is forced', async () => {
    const { taskId, body } = scriptTask();
    await world.receive([{ body }]);
    await world.receive([{ body: { ...body, force: true } }]);

    const stored = await world.listStored(taskId);
    expect(stored).toHaveLength(2);
    expect(await world.readRecord(taskId)).toMatchObject({ version_id: stored[1]?.versionId, sha256: hashOf(pdf) });
  });

  it.each([
    [404, 'not_found', 4],
    [501, 'not_available', 4],
    [422, 'id_refused', 1],
  ])('stays archived when the vendor answers %d for good', async (status, code, answers) => {
    const { taskId, body } = scriptTask();
    await world.receive([{ body }]);
    const { attempts: _, updated_at: __, ...before } = (await world.readRecord(taskId)) ?? {};
    world.vendor.script(taskId, [{ status }]);
    for (let answer = 0; answer < answers; answer += 1) await world.receive([{ body }]);

    const record = await world.readRecord(taskId);
    expect(record).toMatchObject({ ...before, not_ready_count: expect.any(Number), error: { code } });
    expect(record).not.toHaveProperty('unfinished');
  });
});

describe('an answer of S3', () => {
  it('409 to a single request is asked again', async () => {
    const { taskId, body } = scriptTask();
    world.s3.failNext('PutObject', { status: 409, code: 'ConditionalRequestConflict' });

    expect((await world.receive([{ body }])).settled).toEqual(['acknowledged']);
    expect([count(taskId, 'PutObject'), await world.listStored(taskId)]).toEqual([2, [expect.anything()]]);
  });

  it.each([
    [409, 'ConditionalRequestConflict'],
    [404, 'NoSuchUpload'],
  ])('%d %s to Complete begins a new upload', async (status, code) => {
    const { taskId, body } = scriptTask(large);
    world.s3.failNext('CompleteMultipartUpload', { status, code });

    expect((await world.receive([{ body }])).settled).toEqual(['acknowledged']);
    expect(count(taskId, 'CreateMultipartUpload')).toBe(2);
    expect((await world.listStored(taskId)).map(({ sha256 }) => sha256)).toEqual([hashOf(large)]);
    expect(await world.listUploads()).toEqual([]);
  });

  it.each([
    ['PutObject', pdf],
    ['CreateMultipartUpload', large],
    ['UploadPart', large],
    ['CompleteMultipartUpload', large],
  ])('500 to %s leaves nothing behind and is tried later', async (operation, content) => {
    const { taskId, body } = scriptTask(content);
    world.s3.failNext(operation, { status: 500, code: 'InternalError' });

    expect((await world.receive([{ body }])).settled).toEqual(['back in 30 s']);
    expect(await world.readRecord(taskId)).toMatchObject({ status: 'PENDING', error: { code: 'store_unavailable' } });
    expect(await world.listStored(taskId)).toEqual([]);
    expect(await world.listUploads()).toEqual([]);
  });
});

describe('what is stored', () => {
  it('of a document up to 24 MiB is one request, with its SHA-256 in the metadata', async () => {
    const { taskId, body } = scriptTask(large.subarray(0, 3 * PART - 1));
    await world.receive([{ body }]);

    expect(world.listOperations(taskId).filter((name) => name.endsWith('Object') && name !== 'GetObject')).toEqual([
      'PutObject',
    ]);
  });

  it.each([3 * PART, 3 * PART + 1, 4 * PART])('of a document of %d bytes is an upload in parts', async (sizeBytes) => {
    const content = Buffer.concat([large, large]).subarray(0, sizeBytes);
    const { taskId, body } = scriptTask(content);
    await world.receive([{ body }]);

    expect(count(taskId, 'UploadPart')).toBe(Math.ceil(sizeBytes / PART));
    expect(await world.readRecord(taskId)).toMatchObject({
      status: 'ARCHIVED',
      size_bytes: sizeBytes,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
  });

  it('of an empty document is an empty object', async () => {
    const { taskId, body } = scriptTask(Buffer.alloc(0));
    await world.receive([{ body }]);

    expect(await world.readRecord(taskId)).toMatchObject({
      status: 'ARCHIVED',
      size_bytes: 0,
      warning: 'content_unrecognised',
    });
  });

  it('of a download that dropped in the middle is whole', async () => {
    const { taskId, body } = scriptTask(large);
    world.storage.script(taskId, [
      serve(large, { etag: '"v1"', dropAfter: PART + 5 }),
      serve(large, { etag: '"v1"', dropAfter: PART }),
      serve(large, { etag: '"v1"' }),
    ]);

    expect((await world.receive([{ body }])).settled).toEqual(['acknowledged']);
    expect((await world.listStored(taskId)).map(({ sha256 }) => sha256)).toEqual([hashOf(large)]);
    expect(count(taskId, 'CreateMultipartUpload')).toBe(1);
  });
});
