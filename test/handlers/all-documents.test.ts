import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { type ArchiveWorld, hashOf, type ReceiveOptions, startArchiveWorld } from '../support/archive-world.ts';
import {
  type Answer,
  type Asked,
  json,
  link,
  refuse,
  type Script,
  serve,
  SIGNATURE,
} from '../support/scripted-server.ts';

const EMAIL = 'archive+audit@example.com';
const all: ReceiveOptions = { documentScope: 'all', userEmail: EMAIL };
const contents = {
  step: Buffer.from('%PDF-1.7\n% generated\n%%EOF\n'),
  file: Buffer.from('%PDF-1.7\n% uploaded\n%%EOF\n'),
  signed: Buffer.from('%PDF-1.7\n% signed\n%%EOF\n'),
};

let world: ArchiveWorld;
let taskId: string;
let uploadedId: string;
let signedId: string;
let ids: Record<keyof typeof contents, string>;
/** What the vendor answers, by what it is asked for. */
let answers: { files: Script; step: Script; file: Script; signed: Script; task: Script };
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  taskId = world.createTaskId();
  [uploadedId, signedId] = [`attachment:1.${taskId}`, `document_2.${taskId}`];
  ids = { step: 'step', file: `#file:${uploadedId}`, signed: `#signed:${signedId}` };
  answers = {
    files: listFiles([generated, uploaded()]),
    step: link({ path: 'step' }),
    file: link({ path: 'file', file_name: 'Redlines.pdf' }),
    signed: listSigned([{ file_id: signedId }]),
    task: json(200, { task: { step_runs: [{ step_id: 'step', status: 'completed' }] } }),
  };
  world.vendor.script(taskId, [answer]);
  world.storage.script(taskId, [serveAll]);
});

const generated = { file_id: 'document_0', step_id: 'step', variable_id: null };
const uploaded = () => ({ file_id: uploadedId, step_id: 'form', variable_id: 'var_1' });
const listFiles =
  (files: unknown[], total_files: number = files.length): Script =>
  () =>
    json(200, { task_id: taskId, files, total_files });
const listSigned =
  (documents: object[], more: object = {}): Script =>
  ({ storageUrl }: Asked) =>
    json(200, {
      total: documents.length,
      documents: documents.map((document) => ({
        download_url: `${storageUrl}/${taskId}/signed?${SIGNATURE}`,
        file_name: 'Executed.pdf',
        ...document,
      })),
      ...more,
    });

function answer(asked: Asked): Answer | Promise<Answer> {
  const { pathname } = new URL(asked.request.url ?? '', 'http://vendor');
  const kind = pathname.startsWith('/files/')
    ? 'file'
    : (/(steps|files|signed)(?=[/-]|$)/.exec(pathname)?.[1] ?? 'task');
  const script = answers[(kind === 'steps' ? 'step' : kind) as keyof typeof answers];
  return typeof script === 'function' ? script(asked) : script;
}

function serveAll(asked: Asked): Answer | Promise<Answer> {
  const path = new URL(asked.request.url ?? '', 'http://storage').pathname.split('/').at(-1) as keyof typeof contents;
  return (serve(contents[path]) as (asked: Asked) => Answer)(asked);
}

const discover = (options: ReceiveOptions = all) => world.receive([{ body: { task_id: taskId } }], options);
const archive = (stepId: string, options: ReceiveOptions = all) =>
  world.receive([{ body: { task_id: taskId, step_id: stepId } }], options);
const archiveAll = async () => {
  await discover();
  for (const id of Object.values(ids)) await archive(id);
};
const readTask = () => world.readRecord(taskId, '#task');
const listPaths = () => world.vendor.listRequests(taskId).map(({ url }) => url);
const countVersions = async () => (await world.listStored(taskId)).length;

describe('discovery', () => {
  it('also finds uploaded files and signed documents, and sends a message for each', async () => {
    const { sent, settled } = await discover();

    expect(settled).toEqual(['acknowledged']);
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual(
      Object.values(ids).map((step_id) => ({ task_id: taskId, step_id })),
    );
    expect(await readTask()).toMatchObject({
      status: 'DISCOVERED',
      step_ids: Object.values(ids),
      document_count: 3,
      unreachable_files: 0,
    });
    expect(await readTask()).not.toHaveProperty('unlisted_files');
  });

  it('of generated documents asks for nothing but them', async () => {
    const { sent } = await discover({ userEmail: EMAIL });

    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([{ task_id: taskId, step_id: 'step' }]);
    expect(listPaths()).toEqual([`/tasks/${taskId}/files`]);
  });

  it('of generated documents leaves alone what it found when all were wanted', async () => {
    await discover();
    const { sent } = await discover({});

    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([{ task_id: taskId, step_id: 'step' }]);
  });

  it('counts the files past the tenth', async () => {
    const files = Array.from({ length: 10 }, (_, index) => ({ ...uploaded(), file_id: `document_${index}` }));
    answers.files = listFiles(files, 13);
    answers.task = json(200, { task: { step_runs: [] } });
    await discover();

    expect(await readTask()).toMatchObject({ document_count: 11, unlisted_files: 3 });
  });

  it('counts no file past the tenth where only generated ones are wanted', async () => {
    answers.files = listFiles([generated], 13);
    await discover({});

    expect(await readTask()).not.toHaveProperty('unlisted_files');
  });

  it('counts the uploaded and signed ones whose id could not be asked for', async () => {
    answers.files = listFiles([generated, { ...uploaded(), file_id: '../1' }, { variable_id: 'var_2' }]);
    answers.signed = listSigned([{ file_id: signedId }, { file_id: null }], { total: 4 });
    await discover();

    expect(await readTask()).toMatchObject({ step_ids: ['step', ids.signed], unlisted_files: 5 });
  });

  it('no longer counts what the vendor lists by now', async () => {
    answers.files = listFiles([generated], 2);
    await discover();
    answers.files = listFiles([generated, uploaded()]);
    await discover();

    expect(await readTask()).not.toHaveProperty('unlisted_files');
  });

  it('waits for a list of signed documents that is not there, and then does without; the others wait for nothing', async () => {
    answers.signed = refuse(404);
    const waited = [await discover(), await discover(), await discover()];
    expect(waited.map(({ settled: [settled], sent }) => [settled, sent.length])).toEqual([
      ['back in 30 s', 2],
      ['back in 120 s', 2],
      ['back in 600 s', 2],
    ]);

    const { settled, sent } = await discover();
    expect([settled, sent.length]).toEqual([['acknowledged'], 2]);
    expect(await readTask()).toMatchObject({ status: 'DISCOVERED', step_ids: ['step', ids.file] });
    expect(await readTask()).not.toHaveProperty('error');
  });

  it.each([
    ['a refused key', refuse(401), 'back in 30 s', 'unauthorized'],
    ['a wish for quiet', refuse(429, { 'retry-after': '90' }), 'back in 90 s', 'rate_limited'],
    ['a fault', refuse(500), 'back in 30 s', 'server_error'],
    ['an id it cannot read', refuse(400), 'acknowledged', 'id_refused'],
    ['no JSON', { body: '<html>' }, 'acknowledged', 'invalid_answer'],
    ['no list', json(200, { documents: {} }), 'acknowledged', 'invalid_answer'],
  ])('loses no other document for %s in the place of signed ones', async (_what, script, then, code) => {
    answers.signed = script;
    const { settled, sent } = await discover();

    expect(settled).toEqual([then]);
    expect(sent.map(({ body }) => JSON.parse(body).step_id)).toEqual(['step', ids.file]);
    // It stays in sight until it is discovered as a whole.
    expect(await readTask()).toMatchObject({ status: 'DISCOVERED', error: { code }, unfinished: expect.any(String) });
  });

  it('lets the rest of the batch wait for a vendor that wants quiet', async () => {
    answers.signed = refuse(429, { 'retry-after': '90' });
    const body = { task_id: taskId };
    const { settled } = await world.receive([{ body }, { body }], all);

    expect(settled).toEqual(['back in 90 s', 'back in 90 s']);
    expect(listPaths()).toHaveLength(2);
  });

  it('right after a completion waits for generated documents, and asks for the others meanwhile', async () => {
    answers.files = listFiles([uploaded()]);
    const { settled, sent } = await world.receive([{ body: { task_id: taskId, event: 'flows.tasks.completed' } }], all);

    expect(settled).toEqual(['back in 30 s']);
    expect(sent.map(({ body }) => JSON.parse(body).step_id)).toEqual([ids.file, ids.signed]);
    expect(await readTask()).toMatchObject({ error: { code: 'no_documents' }, not_ready_count: 1 });
  });

  it('counts one of two signed documents with one id as not to be had', async () => {
    answers.signed = listSigned([{ file_id: signedId }, { file_id: signedId }]);
    await discover();

    expect(await readTask()).toMatchObject({ step_ids: ['step', ids.file, ids.signed], unlisted_files: 1 });
  });
});

describe('uploaded files and signed documents', () => {
  it('land byte for byte under their keys, with their hash', async () => {
    await archiveAll();
    const keys = {
      step: `tasks/${taskId}/steps/step/Contract.pdf`,
      file: `tasks/${taskId}/files/${uploadedId}/Redlines.pdf`,
      signed: `tasks/${taskId}/signed/${signedId}/Executed.pdf`,
    };
    for (const [kind, id] of Object.entries(ids) as [keyof typeof ids, string][]) {
      const record = await world.readRecord(taskId, id);
      const { Body } = await world.client.send(new GetObjectCommand({ Bucket: world.bucket, Key: keys[kind] }));

      expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(contents[kind]);
      expect(record).toMatchObject({ status: 'ARCHIVED', key: keys[kind], sha256: hashOf(contents[kind]) });
    }
  });

  it.each(['file', 'signed'] as const)('carry their id: #%s', async (kind) => {
    await archive(ids[kind]);
    const { key } = (await world.readRecord(taskId, ids[kind])) ?? {};
    const { Metadata } = await world.client.send(new HeadObjectCommand({ Bucket: world.bucket, Key: String(key) }));

    expect(Metadata).toEqual({
      'task-id': taskId,
      'file-id': kind === 'file' ? uploadedId : signedId,
      sha256: hashOf(contents[kind]),
    });
  });

  it('are named in the manifest, each with the call that gave it', async () => {
    await archiveAll();
    const Key = `tasks/${taskId}/manifest.json`;
    const { Body } = await world.client.send(new GetObjectCommand({ Bucket: world.bucket, Key }));
    const { documents } = JSON.parse((await Body?.transformToString()) ?? '') as { documents: { step_id: string }[] };

    expect(documents).toMatchObject([
      { step_id: ids.file, source: `GET /files/${encodeURIComponent(uploadedId)}` },
      { step_id: ids.signed, source: `GET /tasks/${taskId}/signed-documents` },
      { step_id: 'step', source: `GET /tasks/${taskId}/steps/step/document` },
    ]);
  });

  it('are counted in the manifest where the vendor does not list them', async () => {
    answers.files = listFiles([generated, uploaded()], 12);
    await archiveAll();
    const Key = `tasks/${taskId}/manifest.json`;
    const { Body } = await world.client.send(new GetObjectCommand({ Bucket: world.bucket, Key }));

    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({ unlisted_files: 10 });
  });

  it.each(['file', 'signed'] as const)('are written once, however often they are asked for: #%s', async (kind) => {
    await archive(ids[kind]);
    const { lines } = await archive(ids[kind]);

    expect(lines).toMatchObject([{ step_id: ids[kind], outcome: 'unchanged' }]);
    expect(await countVersions()).toBe(1);
  });

  it.each(['file', 'signed'] as const)('are archived by a direct event, too: #%s', async (kind) => {
    const { answer: record } = await world.invoke({ task_id: taskId, step_id: ids[kind] }, all);
    expect(record).toMatchObject({ step_id: ids[kind], status: 'ARCHIVED', sha256: hashOf(contents[kind]) });
  });

  it('are asked for by somebody, whom only the vendor is told of', async () => {
    const { lines } = await archive(ids.file);
    const record = await world.readRecord(taskId, ids.file);
    const [asked] = world.vendor.listRequests(taskId);

    expect(asked?.url).toBe(`/files/${encodeURIComponent(uploadedId)}?user_email=archive%2Baudit%40example.com`);
    expect(JSON.stringify([record, lines, world.storage.listRequests(taskId)])).not.toMatch(/audit/);
  });

  it.each(['file', 'signed'] as const)('are fetched from their storage without the key: #%s', async (kind) => {
    await archive(ids[kind]);

    expect(world.vendor.listRequests(taskId).map(({ headers }) => headers['x-api-key'])).toEqual(['ca_key']);
    expect(world.storage.listRequests(taskId).map(({ headers }) => headers['x-api-key'])).toEqual([undefined]);
  });

  it.each(['file', 'signed'] as const)('are asked for once more when their link has run out: #%s', async (kind) => {
    world.storage.script(taskId, [refuse(403), serveAll]);
    await archive(ids[kind]);

    expect(listPaths()).toHaveLength(2);
    expect(await world.readRecord(taskId, ids[kind])).toMatchObject({ status: 'ARCHIVED' });
  });

  it('are asked for once with a newer key', async () => {
    answers.file = (asked) =>
      asked.request.headers['x-api-key'] === 'ca_new' ? link({ path: 'file' })(asked) : refuse(401);
    await archive(ids.file, { ...all, keys: ['ca_old', 'ca_new'] });

    expect(await world.readRecord(taskId, ids.file)).toMatchObject({ status: 'ARCHIVED' });
  });
});

describe.each(['file', 'signed'] as const)('the endpoint behind #%s', (kind) => {
  it.each([
    ['401', refuse(401), 'back in 30 s', 'PENDING', 'unauthorized'],
    ['404', refuse(404), 'back in 30 s', 'PENDING', 'not_found'],
    ['429', refuse(429, { 'retry-after': '90' }), 'back in 90 s', 'PENDING', 'rate_limited'],
    ['500', refuse(500), 'back in 30 s', 'PENDING', 'server_error'],
    ['400', refuse(400), 'acknowledged', 'FAILED', 'id_refused'],
    ['422', refuse(422), 'acknowledged', 'FAILED', 'id_refused'],
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<html>' }, 'acknowledged', 'FAILED', 'invalid_answer'],
    ['JSON of another shape', json(200, { documents: 'none' }), 'acknowledged', 'FAILED', 'invalid_answer'],
    ['no answer', 'hang-up' as const, 'back in 30 s', 'PENDING', 'connection_failed'],
  ])('may answer %s', async (_what, script, then, status, code) => {
    answers[kind] = script;
    const { settled, lines } = await archive(ids[kind]);

    expect(settled).toEqual([then]);
    expect(lines).toMatchObject([{ task_id: taskId, step_id: ids[kind], code }]);
    expect(await world.readRecord(taskId, ids[kind])).toMatchObject({ status, error: { stage: 'resolve', code } });
    expect(await countVersions()).toBe(0);
  });

  it('may have no such document for good', async () => {
    answers[kind] = refuse(404);
    for (let tries = 0; tries < 4; tries += 1) await archive(ids[kind]);

    expect(await world.readRecord(taskId, ids[kind])).toMatchObject({ status: 'NOT_FOUND' });
  });
});

describe('a signed document', () => {
  it('that is not in the list is not there, or not yet', async () => {
    answers.signed = listSigned([{ file_id: 'document_7' }]);
    const { settled } = await archive(ids.signed);

    expect(settled).toEqual(['back in 30 s']);
    expect(await world.readRecord(taskId, ids.signed)).toMatchObject({
      status: 'PENDING',
      error: { code: 'not_found' },
    });
  });

  it('without a link is no valid answer', async () => {
    answers.signed = listSigned([{ file_id: signedId, download_url: null }]);
    await archive(ids.signed);

    expect(await world.readRecord(taskId, ids.signed)).toMatchObject({
      status: 'FAILED',
      error: { code: 'invalid_answer', message: expect.stringContaining('download_url') },
    });
  });

  it('is found among entries that say nothing', async () => {
    answers.signed = listSigned([{ file_id: null }, { file_id: signedId }]);
    await archive(ids.signed);

    expect(await world.readRecord(taskId, ids.signed)).toMatchObject({ status: 'ARCHIVED' });
  });

  it('needs nobody to ask for it', async () => {
    await archive(ids.signed, {});
    expect(await world.readRecord(taskId, ids.signed)).toMatchObject({ status: 'ARCHIVED' });
  });
});

it('an uploaded file fails for good where nobody may ask for it, and the vendor is not asked', async () => {
  const { settled } = await archive(ids.file, {});

  expect(settled).toEqual(['acknowledged']);
  expect(await world.readRecord(taskId, ids.file)).toMatchObject({
    status: 'FAILED',
    error: { stage: 'resolve', code: 'user_email_missing' },
  });
  expect(listPaths()).toEqual([]);
});
