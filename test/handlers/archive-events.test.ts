import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pdf } from '../support/answer-row.ts';
import {
  type ArchiveWorld,
  hashOf,
  MAX_RECEIVE_COUNT,
  type Receipt,
  startArchiveWorld,
} from '../support/archive-world.ts';
import { type BusWorld, startBusWorld } from '../support/bus-world.ts';
import { link, serve } from '../support/scripted-server.ts';

let world: ArchiveWorld;
let bus: BusWorld;
let taskId: string;
beforeAll(async () => {
  [world, bus] = await Promise.all([startArchiveWorld(), startBusWorld()]);
});
afterAll(async () => {
  await Promise.all([world.close(), bus.close()]);
});
beforeEach(() => {
  bus.failNext();
  taskId = world.createTaskId();
  plan(pdf);
});

const newer = Buffer.from('%PDF-1.7\n% a newer contract\n%%EOF\n');
const tooLarge = { status: 200, headers: { 'content-length': 6 * 1024 ** 3 } };

/** What the vendor's storage has from now on. */
function plan(content: Buffer) {
  world.vendor.script(taskId, [link()]);
  world.storage.script(taskId, [serve(content)]);
}

async function receive(more: Partial<Receipt> = {}, trigger: object = {}) {
  const body = { task_id: taskId, step_id: 'step', ...trigger };
  const { settled, lines } = await world.receive([{ body, ...more }], { bus: bus.publish });
  return { settled: settled[0], line: lines[0] };
}

const published = () => bus.listEvents(taskId).map(([type, { sha256, error }]) => [type, sha256 ?? error]);
const archivedAs = (content: Buffer) => ['Document Archived', hashOf(content)];
const failedWith = (code: string) => ['Document Failed', expect.objectContaining({ code })];

describe('a document that was archived', () => {
  it('is published as the record has it', async () => {
    await receive({}, { event: 'flows.tasks.completed', event_id: 'evt_1' });
    const { bucket, key, version_id, etag, sha256, size_bytes, archived_at } = (await world.readRecord(taskId)) ?? {};

    expect(bus.listEvents(taskId)).toEqual([
      [
        'Document Archived',
        {
          id: expect.any(String),
          task_id: taskId,
          step_id: 'step',
          bucket,
          key,
          version_id,
          etag,
          sha256,
          size_bytes,
          archived_at,
          file_name: 'Contract.pdf',
          content_type: 'application/pdf',
          event: 'flows.tasks.completed',
          event_id: 'evt_1',
        },
      ],
    ]);
  });

  it('has nothing left to do once its event is published', async () => {
    await receive();
    const record = await world.readRecord(taskId);

    expect(record).toMatchObject({ status: 'ARCHIVED' });
    expect(record).not.toHaveProperty('event_pending');
    expect(record).not.toHaveProperty('unfinished');
  });

  it('is not published again when it is unchanged', async () => {
    await receive();
    await receive();

    expect(published()).toEqual([archivedAs(pdf)]);
  });

  it('is published again when there is a newer version', async () => {
    await receive();
    plan(newer);
    await receive();

    expect(published()).toEqual([archivedAs(pdf), archivedAs(newer)]);
  });
});

describe.each(['request', 'entry'] as const)('a bus that does not take the %s', (fault) => {
  it('leaves the document archived and its event pending, and brings the message back', async () => {
    bus.failNext(fault);
    const { settled, line } = await receive();

    expect(settled).toBe('back in 30 s');
    expect(line).toMatchObject({ outcome: 'returned', stage: 'publish', code: 'bus_unavailable', bytes: pdf.length });
    expect(await world.readRecord(taskId)).toMatchObject({
      status: 'ARCHIVED',
      unfinished: expect.stringMatching(/^[0-7]$/),
      event_pending: expect.stringContaining(hashOf(pdf)),
    });
  });

  it('gets the event with the next delivery, which writes nothing to the bucket', async () => {
    bus.failNext(fault);
    await receive();
    const { settled } = await receive({ receiveCount: 2 });

    expect(settled).toBe('acknowledged');
    expect(published()).toEqual([archivedAs(pdf)]);
    expect(await world.listStored(taskId)).toHaveLength(1);
    expect(await world.readRecord(taskId)).not.toHaveProperty('event_pending');
  });
});

describe('a bus that is down', () => {
  it('costs no message its life: on the last receive it is acknowledged, and the event left to sweep', async () => {
    bus.failNext('request');
    const { settled, line } = await receive({ receiveCount: MAX_RECEIVE_COUNT });

    expect(settled).toBe('acknowledged');
    expect(line).toMatchObject({ level: 'info', outcome: 'archived', unpublished: 'bus_unavailable' });
    expect(await world.readRecord(taskId)).toMatchObject({
      unfinished: expect.any(String),
      event_pending: expect.any(String),
    });
  });

  it('costs no version its event: a newer one is published after it', async () => {
    bus.failNext('request', 'request');
    await receive();
    plan(newer);
    await receive();
    expect(published()).toEqual([]);
    await receive();

    expect(published()).toEqual([archivedAs(pdf), archivedAs(newer)]);
  });

  it('gets the event as soon as it is up again, although the vendor is down by then', async () => {
    bus.failNext('request');
    await receive();
    world.vendor.script(taskId, [{ status: 503 }]);
    const { settled } = await receive();
    const record = await world.readRecord(taskId);

    expect([settled, published()]).toEqual(['back in 30 s', [archivedAs(pdf)]]);
    expect(record).toMatchObject({ status: 'ARCHIVED', unfinished: expect.any(String), error: expect.any(Object) });
    expect(record).not.toHaveProperty('event_pending');
  });

  it('keeps an event while a newer copy fails, too', async () => {
    bus.failNext('request', 'request');
    await receive();
    world.vendor.script(taskId, [{ status: 503 }]);
    const { line } = await receive();

    expect(line).toMatchObject({ code: 'server_error', unpublished: 'bus_unavailable' });
    expect(await world.readRecord(taskId)).toMatchObject({ event_pending: expect.any(String) });
  });

  it('keeps an archived document among what is unfinished when its newer copy fails for good', async () => {
    bus.failNext('request', 'request');
    await receive();
    world.storage.script(taskId, [tooLarge]);
    const { settled, line } = await receive();

    expect([settled, line]).toEqual([
      'acknowledged',
      expect.objectContaining({ outcome: 'failed', code: 'too_large' }),
    ]);
    expect(await world.readRecord(taskId)).toMatchObject({
      status: 'ARCHIVED',
      unfinished: expect.stringMatching(/^[0-7]$/),
      event_pending: expect.any(String),
    });
  });

  it('answers a direct event that it is queued, for the queue brings it back', async () => {
    bus.failNext('request');
    const { answer, sent } = await world.invoke({ task_id: taskId, step_id: 'step' }, { bus: bus.publish });

    expect([answer, sent.length]).toEqual([{ status: 'queued' }, 1]);
  });
});

describe('a document that failed', () => {
  it('is published when it failed for good, and stays among what failed', async () => {
    world.storage.script(taskId, [tooLarge]);
    await receive();
    const record = await world.readRecord(taskId);

    expect(published()).toEqual([failedWith('too_large')]);
    expect(record).toMatchObject({ status: 'FAILED', unfinished: expect.stringMatching(/^f[0-7]$/) });
    expect(record).not.toHaveProperty('event_pending');
  });

  it('is published when its last receive failed', async () => {
    world.vendor.script(taskId, [{ status: 500 }]);
    const { settled } = await receive({ receiveCount: MAX_RECEIVE_COUNT });

    expect(settled).toBe('back in 0 s');
    expect(published()).toEqual([failedWith('server_error')]);
    expect(await world.readRecord(taskId)).not.toHaveProperty('event_pending');
  });

  it('is not published while it is tried again', async () => {
    world.vendor.script(taskId, [{ status: 500 }]);
    await receive();

    expect(published()).toEqual([]);
  });

  it.each([
    [404, 'NOT_FOUND'],
    [501, 'NOT_AVAILABLE'],
  ])('is not published when there never was a document (%i)', async (status, end) => {
    world.vendor.script(taskId, [{ status }]);
    for (let receiveCount = 1; receiveCount <= 4; receiveCount += 1) await receive({ receiveCount });

    expect(await world.readRecord(taskId)).toMatchObject({ status: end });
    expect(published()).toEqual([]);
  });

  it.each([
    ['for good', () => world.storage.script(taskId, [tooLarge]), 1, 'acknowledged'],
    ['on its last receive', () => world.vendor.script(taskId, [{ status: 500 }]), MAX_RECEIVE_COUNT, 'back in 0 s'],
  ] as const)('ends as it would without the bus that is down (%s)', async (_, fail, receiveCount, end) => {
    fail();
    bus.failNext('request');
    const { settled } = await receive({ receiveCount });

    expect(settled).toBe(end);
    expect(await world.readRecord(taskId)).toMatchObject({
      status: 'FAILED',
      unfinished: expect.stringMatching(/^f[0-7]$/),
      event_pending: expect.stringContaining('Document Failed'),
    });
  });

  it('is published before what it became when it was tried again', async () => {
    world.storage.script(taskId, [tooLarge]);
    bus.failNext('request');
    await receive();
    plan(pdf);
    await receive();

    expect(published()).toEqual([failedWith('too_large'), archivedAs(pdf)]);
  });

  it('keeps its event when after it there is no document any more', async () => {
    world.storage.script(taskId, [tooLarge]);
    bus.failNext('request');
    await receive();
    world.vendor.script(taskId, [{ status: 404 }]);
    bus.failNext(...Array<'request'>(4).fill('request'));
    for (let receiveCount = 1; receiveCount <= 4; receiveCount += 1) await receive({ receiveCount });

    expect(await world.readRecord(taskId)).toMatchObject({
      status: 'NOT_FOUND',
      unfinished: expect.stringMatching(/^[0-7]$/),
      event_pending: expect.any(String),
    });
  });
});

describe('without a bus', () => {
  const receiveWithout = () => world.receive([{ body: { task_id: taskId, step_id: 'step' } }]);

  it.each([
    ['archived', () => undefined],
    ['failed', () => world.storage.script(taskId, [tooLarge])],
  ])('a record keeps no event (%s)', async (_, before) => {
    before();
    await receiveWithout();

    expect(await world.readRecord(taskId)).not.toHaveProperty('event_pending');
  });

  it('an event that was kept for one that is gone is dropped', async () => {
    bus.failNext('request');
    await receive();
    await receiveWithout();
    const record = await world.readRecord(taskId);

    expect(record).not.toHaveProperty('event_pending');
    expect(record).not.toHaveProperty('unfinished');
  });
});
