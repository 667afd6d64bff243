import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { pdf } from '../support/answer-row.ts';
import {
  type ArchiveWorld,
  hashOf,
  MAX_RECEIVE_COUNT,
  type ReceiveOptions,
  startArchiveWorld,
} from '../support/archive-world.ts';
import { type BusWorld, startBusWorld } from '../support/bus-world.ts';
import { type Answer, type Asked, json, link, refuse, type Script, serve } from '../support/scripted-server.ts';

let world: ArchiveWorld;
let bus: BusWorld;
let taskId: string;
/** What the vendor answers for each step. */
let steps: Record<string, Script>;
beforeAll(async () => {
  [world, bus] = await Promise.all([startArchiveWorld(), startBusWorld()]);
});
afterAll(async () => {
  await Promise.all([world.close(), bus.close()]);
});
beforeEach(() => {
  bus.failNext();
  taskId = world.createTaskId();
  steps = { draft: link(), signed: link() };
  world.vendor.script(taskId, [answer]);
  world.storage.script(taskId, [serve(pdf)]);
});

const newer = Buffer.from('%PDF-1.7\n% a newer contract\n%%EOF\n');
const trigger = { event: 'flows.tasks.completed', event_id: 'evt_1', workflow_name: 'NDA' };

function answer(asked: Asked): Answer | Promise<Answer> {
  const stepId = /steps\/(\w+)\//.exec(asked.request.url ?? '')?.[1];
  if (stepId === undefined) {
    const files = Object.keys(steps).map((step_id) => ({ step_id, variable_id: null }));
    return json(200, { task_id: taskId, files, total_files: files.length });
  }
  const script = steps[stepId] ?? refuse(404);
  return typeof script === 'function' ? script(asked) : script;
}

const discover = (options?: ReceiveOptions) => world.receive([{ body: { task_id: taskId, ...trigger } }], options);
const archive = async (
  stepId: string,
  { receiveCount = 1, ...options }: ReceiveOptions & { receiveCount?: number } = {},
) => {
  const body = { task_id: taskId, step_id: stepId, ...trigger };
  const { settled, lines } = await world.receive([{ body, receiveCount }], options);
  return { settled: settled[0], line: lines[0] };
};
const archiveBoth = async (options?: ReceiveOptions) => {
  await discover(options);
  await archive('draft', options);
  return archive('signed', options);
};

const keyOf = () => `tasks/${taskId}/manifest.json`;
const listVersions = async () => (await world.listStored(taskId)).filter(({ key }) => key === keyOf());
async function readManifest() {
  const { Body, ContentType, Metadata } = await world.client.send(
    new GetObjectCommand({ Bucket: world.bucket, Key: keyOf() }),
  );
  return { json: JSON.parse((await Body?.transformToString()) ?? ''), type: ContentType, metadata: Metadata };
}
const readTask = () => world.readRecord(taskId, '#task');

describe('the manifest of a task', () => {
  it('is written when the last of its documents is archived, and not before', async () => {
    await discover();
    await archive('draft');
    expect(await listVersions()).toEqual([]);
    expect(await readTask()).toMatchObject({ manifest_pending: true });

    const { line } = await archive('signed');
    const [version] = await listVersions();
    const task = await readTask();
    expect(await listVersions()).toHaveLength(1);
    expect(task).toMatchObject({
      status: 'DISCOVERED',
      bucket: world.bucket,
      key: keyOf(),
      version_id: version?.versionId,
      etag: version?.etag,
      sha256: version?.sha256,
      size_bytes: expect.any(Number),
      archived_at: expect.any(String),
    });
    expect(task).not.toHaveProperty('manifest_pending');
    expect(line).toMatchObject({ outcome: 'archived', manifest: keyOf() });
  });

  it('says what the records say', async () => {
    await archiveBoth();
    const { json: manifest, type, metadata } = await readManifest();
    const { bucket, key, version_id, etag, sha256, size_bytes, archived_at } =
      (await world.readRecord(taskId, 'draft')) ?? {};

    expect(manifest).toMatchObject({ schema: 1, task_id: taskId, trigger, unreachable_files: 0 });
    expect(manifest.documents).toHaveLength(2);
    expect(manifest.documents[0]).toEqual({
      step_id: 'draft',
      status: 'ARCHIVED',
      source: `GET /tasks/${taskId}/steps/draft/document`,
      bucket,
      key,
      version_id,
      etag,
      sha256,
      size_bytes,
      archived_at,
      file_name: 'Contract.pdf',
      content_type: 'application/pdf',
      trigger,
    });
    expect([type, metadata]).toEqual([
      'application/json',
      { 'task-id': taskId, 'step-id': '#task', sha256: (await listVersions())[0]?.sha256 },
    ]);
  });

  it('has one version, however often its messages come again', async () => {
    await archiveBoth();
    await archiveBoth();
    const { line } = await archive('draft');

    expect(await listVersions()).toHaveLength(1);
    expect(line).toMatchObject({ outcome: 'unchanged' });
    expect(line).not.toHaveProperty('manifest');
  });

  it('has one version, although all its messages come at once, ten times', async () => {
    await discover();
    const bodies = ['draft', 'signed'].map((step_id) => ({ body: { task_id: taskId, step_id, ...trigger } }));
    await Promise.all(Array.from({ length: 10 }, () => world.receive(bodies)));
    // Whoever met another's lease comes back.
    for (const stepId of ['draft', 'signed']) await archive(stepId);

    expect(await listVersions()).toHaveLength(1);
  });

  it('has a new version when a document has one', async () => {
    await archiveBoth();
    world.storage.script(taskId, [serve(newer)]);
    await archive('draft');
    const versions = await listVersions();

    expect(versions).toHaveLength(2);
    expect((await readManifest()).json.documents[0]).toMatchObject({ sha256: hashOf(newer) });
    expect(await readTask()).toMatchObject({ version_id: versions[1]?.versionId, sha256: versions[1]?.sha256 });
  });

  it('has a new version when there is one more document', async () => {
    await archiveBoth();
    steps.amended = link();
    await discover();
    expect(await readTask()).toMatchObject({ manifest_pending: true });
    await archive('amended');

    expect(await listVersions()).toHaveLength(2);
    expect((await readManifest()).json.documents).toHaveLength(3);
  });

  it.each([
    ['there is none', refuse(404), [1, 2, 3, 4], { status: 'NOT_FOUND' }],
    ['there never is one', refuse(501), [1, 2, 3, 4], { status: 'NOT_AVAILABLE' }],
    ['it fails for good', refuse(422), [1], { status: 'FAILED', error: { stage: 'resolve', code: 'id_refused' } }],
    [
      'it fails on the last receive',
      refuse(500),
      [MAX_RECEIVE_COUNT],
      { status: 'FAILED', error: { code: 'server_error' } },
    ],
  ])('is written when the last document ends because %s', async (_, refusal, receives, end) => {
    steps.signed = refusal;
    await discover();
    await archive('draft');
    for (const receiveCount of receives) {
      expect(await listVersions()).toEqual([]);
      await archive('signed', { receiveCount });
    }

    expect((await readManifest()).json.documents[1]).toMatchObject({ step_id: 'signed', ...end });
  });

  it('is not written while a document is tried again', async () => {
    steps.signed = refuse(500);
    await archiveBoth();

    expect(await listVersions()).toEqual([]);
  });

  it('names a document that came before the task was known, too', async () => {
    steps.early = link();
    await archive('early');
    delete steps.early;
    await archiveBoth();

    expect((await readManifest()).json.documents.map(({ step_id }: { step_id: string }) => step_id)).toEqual([
      'draft',
      'early',
      'signed',
    ]);
  });

  it('is not written for a document of which no task is known', async () => {
    await archive('draft');

    expect(await listVersions()).toEqual([]);
  });
});

describe('a manifest that is there already', () => {
  it('is taken for what it is when its record got lost', async () => {
    await archiveBoth();
    await world.changeTask(taskId, { remove: ['bucket', 'key', 'versionId', 'etag', 'sha256'] });
    await archive('draft');
    const versions = await listVersions();

    expect(versions).toHaveLength(1);
    expect(await readTask()).toMatchObject({ version_id: versions[0]?.versionId, sha256: versions[0]?.sha256 });
  });

  it('is replaced when it says something else', async () => {
    await world.client.send(new PutObjectCommand({ Bucket: world.bucket, Key: keyOf(), Body: '{}' }));
    await archiveBoth();
    const versions = await listVersions();

    expect(versions).toHaveLength(2);
    expect(await readTask()).toMatchObject({ version_id: versions[1]?.versionId });
  });

  it('is written anew when it was deleted and a document changed', async () => {
    await archiveBoth();
    await world.client.send(new DeleteObjectCommand({ Bucket: world.bucket, Key: keyOf() }));
    world.storage.script(taskId, [serve(newer)]);
    await archive('draft');

    expect((await readManifest()).json.documents[0]).toMatchObject({ sha256: hashOf(newer) });
  });
});

describe('a bucket that does not take the manifest', () => {
  const fail = (times = 1) => world.s3.failNext('PutObject', { status: 500, code: 'InternalError', times });

  /** Both are archived; the manifest comes with the next message. */
  beforeEach(async () => {
    await archive('draft');
    await archive('signed');
    await discover();
  });

  it('brings the message back, and the next delivery writes it', async () => {
    fail();
    const { settled, line } = await archive('signed');
    expect([settled, line]).toEqual([
      'back in 30 s',
      expect.objectContaining({ outcome: 'returned', stage: 'store', code: 'store_unavailable' }),
    ]);

    await archive('signed', { receiveCount: 2 });
    expect(await listVersions()).toHaveLength(1);
  });

  it('costs no document its end: on the last receive it is left to sweep', async () => {
    await world.changeTask(taskId, { remove: ['unfinished', 'manifestPending'] });
    fail();
    const { settled, line } = await archive('signed', { receiveCount: MAX_RECEIVE_COUNT });

    expect([settled, line]).toEqual([
      'acknowledged',
      expect.objectContaining({ outcome: 'unchanged', unwritten: 'store_unavailable' }),
    ]);
    expect(await readTask()).toMatchObject({ manifest_pending: true, unfinished: expect.stringMatching(/^[0-7]$/) });
  });

  it('costs no failure its end either', async () => {
    steps.amended = refuse(422);
    await discover();
    fail();
    const { settled, line } = await archive('amended');

    expect([settled, line]).toEqual([
      'acknowledged',
      expect.objectContaining({ outcome: 'failed', unwritten: 'store_unavailable' }),
    ]);
    expect(await readTask()).toMatchObject({ manifest_pending: true });
  });

  it('leaves the message that sweep sends for it to sweep on its last receive', async () => {
    fail();
    const body = { manifest_of: taskId };
    const { settled, lines } = await world.receive([{ body, receiveCount: MAX_RECEIVE_COUNT }]);

    expect([settled[0], lines[0]]).toEqual([
      'acknowledged',
      expect.objectContaining({ outcome: 'noted', unwritten: 'store_unavailable' }),
    ]);
    expect(await readTask()).toMatchObject({ manifest_pending: true, unfinished: expect.any(String) });
  });

  it('is asked again by the message that sweep sends for it', async () => {
    const body = { manifest_of: taskId };
    fail();
    expect((await world.receive([{ body }])).settled).toEqual(['back in 30 s']);

    const { settled, lines } = await world.receive([{ body }]);
    expect([settled, lines[0]]).toEqual([
      ['acknowledged'],
      expect.objectContaining({ outcome: 'noted', task_id: taskId }),
    ]);
    expect(await listVersions()).toHaveLength(1);
    expect(await readTask()).not.toHaveProperty('manifest_pending');
  });
});

describe('a task whose record was spoilt by hand', () => {
  it('has no manifest, and its documents are archived all the same', async () => {
    await discover();
    await world.changeTask(taskId, { set: { status: 'LOST' } });
    const { settled, line } = await archive('draft');

    expect([settled, line]).toEqual(['acknowledged', expect.objectContaining({ outcome: 'archived' })]);
    expect(await listVersions()).toEqual([]);
  });
});

describe('a message for a manifest', () => {
  it('asks nobody for documents, and says when there is nothing to do', async () => {
    const { answer: answered } = await world.invoke({ manifest_of: taskId });

    expect(answered).toEqual({ status: 'ignored' });
    expect(world.vendor.listRequests(taskId)).toEqual([]);
  });

  it('takes off that one is missing where none is', async () => {
    await archiveBoth();
    await world.changeTask(taskId, { set: { manifestPending: true } });
    await world.receive([{ body: { manifest_of: taskId } }]);

    expect(await readTask()).not.toHaveProperty('manifest_pending');
    expect(await listVersions()).toHaveLength(1);
  });
});

describe('"Task Archived"', () => {
  const withBus = () => ({ bus: bus.publish });
  const told = () =>
    bus
      .listEvents(taskId)
      .filter(([type]) => type === 'Task Archived')
      .map(([, detail]) => detail);

  it('is published once for each version of the manifest', async () => {
    await archiveBoth(withBus());
    await archiveBoth(withBus());
    const { version_id, etag, sha256, size_bytes, archived_at } = (await readTask()) ?? {};
    const manifest = { bucket: world.bucket, key: keyOf(), version_id, etag, sha256, size_bytes, archived_at };
    expect(told()).toEqual([
      { id: expect.any(String), task_id: taskId, ...manifest, ...trigger, documents: { ARCHIVED: 2 } },
    ]);

    world.storage.script(taskId, [serve(newer)]);
    await archive('draft', withBus());
    expect(told().map(({ version_id: version }) => version)).toEqual(
      (await listVersions()).map(({ versionId }) => versionId),
    );
    expect(await readTask()).not.toHaveProperty('event_pending');
  });

  it('waits at the task for a bus that is down, and the message comes back for it', async () => {
    await discover(withBus());
    await archive('draft', withBus());
    bus.failNext(undefined, 'request');
    const { settled } = await archive('signed', withBus());
    expect([settled, told()]).toEqual(['back in 30 s', []]);
    expect(await readTask()).toMatchObject({
      event_pending: expect.any(String),
      unfinished: expect.stringMatching(/^[0-7]$/),
    });

    await archive('signed', withBus());
    expect(told()).toHaveLength(1);
  });
});
