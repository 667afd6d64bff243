import { gzipSync } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPresignedSource } from '../../lib/adapters/presigned-source.ts';
import { createS3Store } from '../../lib/adapters/s3-store.ts';
import { type CopyJob, copyDocument } from '../../lib/copy-document.ts';
import { countBytes } from '../../lib/count-bytes.ts';
import { createDeadlineError, TransientError } from '../../lib/errors.ts';
import { createHttpGet } from '../../lib/http-get.ts';
import type { DocumentAnswer, OpenedDocument, OpenLink, Store } from '../../lib/ports.ts';
import { bytesOf, createArchiveFakes, createStepRecord, openedOf } from '../support/archive-fakes.ts';
import { hashOf } from '../support/archive-world.ts';
import { connectTestBucket } from '../support/aws-clients.ts';
import { type Answer, type ScriptedServer, serve, startScriptedServer } from '../support/scripted-server.ts';
import { startTestBucket, type TestBucket } from '../support/services.ts';

const MIB = 1024 * 1024;
const PART = 8 * MIB;

let s3: TestBucket;
let storage: ScriptedServer;
let store: Store;
let count = 0;
const http = createHttpGet();

beforeAll(async () => {
  s3 = await startTestBucket();
  store = createS3Store({ client: connectTestBucket(s3), bucket: s3.bucket });
  storage = await startScriptedServer();
});

afterAll(async () => {
  http.close();
  await Promise.all([s3.close(), storage.close()]);
});

/** `sizeBytes` of a PDF, no two parts of which are alike. */
function createPdf(sizeBytes: number, seed = 1): Buffer {
  const content = Buffer.alloc(sizeBytes, `%PDF- ${seed} and so on, `);
  for (let at = 4096; at + 4 <= sizeBytes; at += MIB) content.writeUInt32BE(at + seed, at);
  return content;
}

const large = createPdf(3 * PART);

/** Memory that writes down what is done with it. */
function createMemory(calls: unknown[] = []) {
  return {
    shrinkTo: (bytes: number) => void calls.push(bytes),
    renew: async () => void calls.push('renewed'),
    release: () => void calls.push('released'),
  };
}

/** A job for a document of the storage server, which answers as it is told. */
function createJob(answers: Parameters<ScriptedServer['script']>[1], changes: Partial<CopyJob> = {}) {
  const taskId = `task_${++count}`;
  storage.script(taskId, answers);
  const answer: DocumentAnswer = {
    kind: 'link',
    url: `${storage.url}/${taskId}/stored.pdf`,
    redirects: 0,
    fileName: 'Contract.pdf',
  };
  const allowedHosts = [{ origin: storage.url }];
  const job: CopyJob = {
    claimed: createStepRecord({ taskId, stepId: 'step' }),
    force: false,
    answer,
    requestAgain: async () => answer,
    openLink: createPresignedSource({ allowedHosts, get: http.get, now: Date.now }),
    store,
    memory: createMemory(),
    assertLease: async () => undefined,
    isLeaseOver: () => false,
    wait: async () => undefined,
    keyPrefix: 'documents/',
    maxDocumentBytes: 1024 * MIB,
    signal: new AbortController().signal,
    ...changes,
  };
  return { job, taskId, key: `documents/tasks/${taskId}/steps/step/Contract.pdf` };
}

const listOperations = (key: string) =>
  s3.operations.filter((one) => one.key === key).map(({ operation }) => operation);

async function listUploads() {
  const { Uploads = [] } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: s3.bucket }));
  return Uploads;
}

async function readStored(Key: string) {
  const { Body, ContentType, Metadata } = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key }));
  const head = await s3.client.send(new HeadObjectCommand({ Bucket: s3.bucket, Key, ChecksumMode: 'ENABLED' }));
  const { ChecksumSHA256: sha256, ChecksumCRC32: crc32, ChecksumType: checksumType } = head;
  const content = Buffer.from((await Body?.transformToByteArray()) ?? []);
  return { hash: hashOf(content), contentType: ContentType, metadata: Metadata, sha256, crc32, checksumType };
}

const findCode = async (copying: Promise<unknown>) =>
  copying.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );

describe('a document below 24 MiB', () => {
  const sizes = [0, 1, PART, 3 * PART - 1];

  it.each(sizes)('of %i bytes is one request', async (size) => {
    const content = createPdf(size);
    const { job, taskId, key } = createJob([serve(content, { headers: { 'content-type': 'application/pdf' } })]);
    const copied = await copyDocument(job);

    const sha256 = hashOf(content);
    expect(listOperations(key)).toEqual(['PutObject']);
    expect(await readStored(key)).toMatchObject({
      hash: sha256,
      contentType: 'application/pdf',
      metadata: { 'task-id': taskId, 'step-id': 'step', sha256 },
    });
    expect(copied).toEqual({
      bucket: s3.bucket,
      key,
      versionId: expect.any(String),
      etag: expect.any(String),
      fileName: 'Contract.pdf',
      contentType: 'application/pdf',
      sizeBytes: size,
      sha256,
      sourceEtag: undefined,
      warning: size < 5 ? 'content_unrecognised' : undefined,
    });
  });

  it.each(sizes)('of %i bytes can be read back with its SHA-256', async (size) => {
    const content = createPdf(size);
    const { job, key } = createJob([serve(content)]);
    await copyDocument(job);

    expect(await readStored(key)).toMatchObject({
      sha256: Buffer.from(hashOf(content), 'hex').toString('base64'),
      crc32: undefined,
      checksumType: 'FULL_OBJECT',
    });
  });
});

describe('a document of 24 MiB or more', () => {
  it.each([
    [3 * PART, [PART, PART, PART]],
    [3 * PART + 1, [PART, PART, PART, 1]],
  ])('of %i bytes goes in parts of 8 MiB under a CRC of the whole', async (size, partSizes) => {
    const content = createPdf(size);
    const sizes: number[] = [];
    const uploadPart: Store['uploadPart'] = (request) => {
      sizes[request.number - 1] = countBytes(request.body);
      return store.uploadPart(request);
    };
    const { job, taskId, key } = createJob([serve(content)], { store: { ...store, uploadPart } });
    const copied = await copyDocument(job);

    expect(sizes).toEqual(partSizes);
    expect(await readStored(key)).toEqual({
      hash: hashOf(content),
      contentType: 'application/pdf',
      metadata: { 'task-id': taskId, 'step-id': 'step' },
      sha256: undefined,
      crc32: expect.any(String),
      checksumType: 'FULL_OBJECT',
    });
    expect(copied).toMatchObject({ sizeBytes: size, sha256: hashOf(content), versionId: expect.any(String) });
    expect(await listUploads()).toEqual([]);
  });

  it('goes on where its download was dropped, without a byte lost or twice', async () => {
    const etag = '"v1"';
    const { job, taskId, key } = createJob([serve(large, { etag, dropAfter: 2.5 * PART }), serve(large, { etag })]);
    const copied = await copyDocument(job);

    expect(copied).toMatchObject({ sha256: hashOf(large), sourceEtag: etag });
    expect((await readStored(key)).hash).toBe(hashOf(large));
    expect(storage.listRequests(taskId)[1]?.headers).toMatchObject({ range: `bytes=${2.5 * PART}-`, 'if-match': etag });
    expect(listOperations(key).filter((name) => name === 'CreateMultipartUpload')).toHaveLength(1);
  });

  it('is begun again when it changed while it was read, and its first upload aborted', async () => {
    const changed = createPdf(4 * PART, 2);
    const etag = '"v2"';
    const first = serve(createPdf(4 * PART), { etag: '"v1"', dropAfter: 3.5 * PART });
    const { job, key } = createJob([first, serve(changed, { etag })]);
    const copied = await copyDocument(job);

    expect(copied).toMatchObject({ sha256: hashOf(changed), sourceEtag: etag });
    expect((await readStored(key)).hash).toBe(hashOf(changed));
    expect(listOperations(key).filter((name) => /Create|Abort|Complete/.test(name))).toEqual([
      'CreateMultipartUpload',
      'AbortMultipartUpload',
      'CreateMultipartUpload',
      'CompleteMultipartUpload',
    ]);
    expect(await listUploads()).toEqual([]);
  });

  it('is begun three times at most', async () => {
    const answers = [1, 2, 3, 4, 5, 6].map((version) => serve(large, { etag: `"v${version}"`, dropAfter: 10 }));
    const { job, taskId } = createJob(answers);

    expect(await findCode(copyDocument(job))).toBe('source_changed');
    expect(storage.listRequests(taskId).filter(({ headers }) => !('range' in headers))).toHaveLength(3);
  });

  it('leaves no upload behind when a part fails', async () => {
    const { job, key } = createJob([serve(large)]);
    s3.failNext('UploadPart', { status: 500, code: 'InternalError' });

    expect(await findCode(copyDocument(job))).toBe('store_unavailable');
    expect(listOperations(key)).toContain('AbortMultipartUpload');
    expect(await listUploads()).toEqual([]);
  });

  it('leaves no upload behind when its download breaks off', async () => {
    const { job } = createJob([serve(createPdf(4 * PART), { dropAfter: 3.5 * PART })]);

    expect(await findCode(copyDocument(job))).toBe('connection_failed');
    expect(await listUploads()).toEqual([]);
  });

  it('leaves no upload behind when it turns out too large', async () => {
    const content = createPdf(4 * PART);
    const { job } = createJob([{ body: content }], { maxDocumentBytes: content.length - 1 });

    expect(await findCode(copyDocument(job))).toBe('too_large');
    expect(await listUploads()).toEqual([]);
  });

  it('leaves no upload behind when the deadline comes', async () => {
    const deadline = new AbortController();
    const uploadPart: Store['uploadPart'] = async (request) => {
      deadline.abort(createDeadlineError('download'));
      return store.uploadPart(request);
    };
    const { job } = createJob([serve(large)], { store: { ...store, uploadPart }, signal: deadline.signal });

    expect(await findCode(copyDocument(job))).toBe('deadline');
    expect(await listUploads()).toEqual([]);
  });

  it('leaves no upload behind when it is unchanged', async () => {
    const { job, taskId, key } = createJob([serve(large)]);
    const claimed = createStepRecord({ taskId, stepId: 'step' }, { status: 'ARCHIVED', key, sha256: hashOf(large) });

    expect(await copyDocument({ ...job, claimed })).toBeUndefined();
    expect(listOperations(key)).not.toContain('CompleteMultipartUpload');
    expect(await listUploads()).toEqual([]);
  });
});

describe('an encoded document', () => {
  const content = createPdf(100_000);
  const headers = { 'content-encoding': 'gzip', etag: '"v1"' };

  it('is archived decoded', async () => {
    const { job, key } = createJob([{ headers, body: gzipSync(content) }]);

    expect(await copyDocument(job)).toMatchObject({ sizeBytes: content.length, sha256: hashOf(content) });
    expect((await readStored(key)).hash).toBe(hashOf(content));
  });

  it('is held to the limit by what it is decoded', async () => {
    const body = gzipSync(Buffer.alloc(10 * MIB));
    const { job, key } = createJob([{ headers, body }], { maxDocumentBytes: MIB });

    expect(body.length).toBeLessThan(MIB);
    expect(await findCode(copyDocument(job))).toBe('too_large');
    expect(listOperations(key)).toEqual([]);
  });

  it('is not resumed', async () => {
    const { job, taskId } = createJob([{ headers, body: gzipSync(content), dropAfter: 200 }]);

    expect(await findCode(copyDocument(job))).toBe('connection_failed');
    expect(storage.listRequests(taskId)).toHaveLength(1);
  });
});

describe('a document whose lease is lost', () => {
  const loseLease = async () => {
    throw new TransientError({ stage: 'record', code: 'lease_lost', message: 'Somebody else has claimed it.' });
  };

  it.each([
    ['small', createPdf(100), 'PutObject'],
    ['large', large, 'CompleteMultipartUpload'],
  ])('is not written a second time after a 412 (%s)', async (_size, content, write) => {
    const { job, key } = createJob([serve(content)], { assertLease: loseLease });
    const newer = createPdf(50, 2);
    await store.putObject({
      key,
      body: [newer],
      sha256: hashOf(newer),
      contentType: 'application/pdf',
      metadata: { sha256: hashOf(newer) },
      condition: { etag: undefined },
      signal: job.signal,
    });
    const before = listOperations(key).length;

    expect(await findCode(copyDocument(job))).toBe('lease_lost');
    expect(
      listOperations(key)
        .slice(before)
        .filter((name) => name === write),
    ).toHaveLength(1);
    expect((await readStored(key)).hash).toBe(hashOf(newer));
    expect(await listUploads()).toEqual([]);
  });
});

it.each([
  ['small', createPdf(100)],
  ['large', large],
])('a %s document whose record got lost is recorded as the object has it', async (_size, content) => {
  const first = createJob([serve(content, { headers: { 'content-type': 'application/x-first' } })]);
  await copyDocument(first.job);
  const again = createJob([serve(content, { headers: { 'content-type': 'application/x-second' } })]);

  expect(await copyDocument({ ...again.job, claimed: first.job.claimed })).toMatchObject({
    contentType: 'application/x-first',
  });
});

it('a large document whose lease is lost is not begun again after a 409', async () => {
  const { job, key } = createJob([serve(large)], {
    assertLease: async () => {
      throw new TransientError({ stage: 'record', code: 'lease_lost', message: 'Somebody else has claimed it.' });
    },
  });
  s3.failNext('CompleteMultipartUpload', { status: 409, code: 'ConditionalRequestConflict' });

  expect(await findCode(copyDocument(job))).toBe('lease_lost');
  expect(listOperations(key).filter((name) => name === 'CreateMultipartUpload')).toHaveLength(1);
});

describe('the source', () => {
  function createTracked(opened: Partial<OpenedDocument>) {
    const closed: string[] = [];
    const whole = openedOf(bytesOf('%PDF-1.7'), { ...opened, close: () => void closed.push('closed') });
    return { closed, answer: { kind: 'bytes' as const, opened: whole } };
  }

  it.each<[string, Partial<OpenedDocument>, string]>([
    ['was copied', {}, 'none'],
    ['is announced as too large', { sizeBytes: 1025 * MIB }, 'too_large'],
    ['is shorter than announced', { sizeBytes: 9 }, 'truncated'],
  ])('is closed when the document %s', async (_what, opened, code) => {
    const { closed, answer } = createTracked(opened);
    const { job } = createJob([], { answer });

    expect(await findCode(copyDocument(job))).toBe(code);
    expect(closed).toContain('closed');
  });

  it('is closed where a download goes on when the copy fails before its end', async () => {
    const closed = Promise.withResolvers<boolean>();
    const content = createPdf(4 * PART);
    const goOn: Parameters<ScriptedServer['script']>[1][number] = (asked) => {
      asked.request.socket.on('close', () => closed.resolve(true));
      return (serve(content, { etag: '"v1"', stallAfter: 2 * PART }) as (asked_: typeof asked) => Answer)(asked);
    };
    const { job } = createJob([serve(content, { etag: '"v1"', dropAfter: 10 }), goOn]);
    s3.failNext('CreateMultipartUpload', { status: 500, code: 'InternalError' });

    expect(await findCode(copyDocument(job))).toBe('store_unavailable');
    expect(await closed.promise).toBe(true);
  });

  it('names the document, or else it is called "document"', async () => {
    const { answer } = createTracked({});
    const { job } = createJob([], { answer });

    expect(await copyDocument(job)).toMatchObject({ fileName: 'document', key: expect.stringMatching(/\/document$/) });
  });
});

describe('the memory of a document', () => {
  it.each([
    ['announced', 100],
    ['announced as none', 0],
  ])('is no more than is %s', async (_, size) => {
    const calls: unknown[] = [];
    await copyDocument(createJob([serve(createPdf(size))], { memory: createMemory(calls) }).job);

    expect(calls).toEqual([size]);
  });

  it('is all that it was given when it is not announced', async () => {
    const calls: unknown[] = [];
    await copyDocument(createJob([{ body: createPdf(100) }], { memory: createMemory(calls) }).job);

    expect(calls).toEqual([]);
  });

  it('is asked for anew when the document begins again', async () => {
    const calls: unknown[] = [];
    const answers = [
      serve(createPdf(100), { etag: '"v1"', dropAfter: 10 }),
      serve(createPdf(200, 2), { etag: '"v2"' }),
    ];
    await copyDocument(createJob(answers, { memory: createMemory(calls) }).job);

    expect(calls).toEqual([100, 'renewed', 200]);
  });

  it.each([
    ['announced', 96 * MIB],
    ['not announced', undefined],
  ])('is 24 MiB and what the source just sent, however large it is (%s)', async (_, sizeBytes) => {
    const chunk = createPdf(MIB);
    let heldBytes = 0;
    let mostBytes = 0;
    async function* read() {
      for (let sent = 0; sent < 96; sent += 1) {
        heldBytes += chunk.length;
        mostBytes = Math.max(mostBytes, heldBytes);
        yield Buffer.from(chunk);
      }
    }
    const { store: fake } = createArchiveFakes().dependencies;
    const uploadPart: Store['uploadPart'] = async (request) => {
      // Slower than the source, which has all the time to run ahead.
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
      heldBytes -= countBytes(request.body);
      return fake.uploadPart(request);
    };
    const openLink: OpenLink = async () => openedOf(read(), { sizeBytes });
    const copied = await copyDocument(createJob([], { openLink, store: { ...fake, uploadPart } }).job);

    expect(copied?.sizeBytes).toBe(96 * MIB);
    expect(heldBytes).toBe(0);
    expect(mostBytes / MIB).toBeLessThanOrEqual(25);
  });

  /** The memory that a document's body lies in, and that of the next document. */
  async function takeTwice(putObject: Store['putObject']) {
    const { store: fake } = createArchiveFakes().dependencies;
    const bodies: unknown[] = [];
    const watched: Store['putObject'] = (request) => {
      bodies.push(request.body[0]?.buffer);
      return putObject(request);
    };
    const openLink: OpenLink = async () => openedOf(bytesOf('%PDF-1.7'));
    const copy = () => copyDocument(createJob([], { openLink, store: { ...fake, putObject: watched } }).job);
    await copy().catch(() => undefined);
    await copy().catch(() => undefined);
    return bodies;
  }

  it('is used again for the next one', async () => {
    const [first, second] = await takeTwice(async () => ({ kind: 'written', etag: '"stored"' }));

    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  it('is not used again after a failure, when a request may still be at it', async () => {
    const [first, second] = await takeTwice(() => Promise.reject(new Error('broken off')));

    expect(first).toBeDefined();
    expect(second).not.toBe(first);
  });
});
