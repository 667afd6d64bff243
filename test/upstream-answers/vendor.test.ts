import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AnswerRow, checkAnswer, pdf } from '../support/answer-row.ts';
import { type ArchiveWorld, startArchiveWorld } from '../support/archive-world.ts';
import { json, link, redirect, refuse, type Script } from '../support/scripted-server.ts';

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

const later = (error: string, then = 'back in 30 s') => ({ then, status: 'PENDING', error }) as const;
const failed = (error: string) => ({ then: 'acknowledged', status: 'FAILED', error }) as const;
const archived = { then: 'acknowledged', status: 'ARCHIVED', stored: [pdf] } as const satisfies Partial<AnswerRow>;

const acceptOnly =
  (key: string): Script =>
  (asked) =>
    asked.request.headers['x-api-key'] === key ? link()(asked) : refuse(401);

const answers: AnswerRow[] = [
  { it: 'copies what a JSON answer links to', ...archived, asked: { vendor: 1, storage: 1 } },
  {
    it: 'copies what a redirect leads to',
    vendor: [redirect('Order.pdf')],
    ...archived,
    record: { file_name: 'Order.pdf' },
  },
  {
    it: 'reads a relative redirect as a download from its own host, which must be allowed like any other',
    vendor: [({ taskId }) => ({ status: 307, headers: { location: `/moved/${taskId}` } })],
    ...failed('url_forbidden'),
    asked: { vendor: 1, storage: 0 },
  },
  {
    it: 'gives a redirect up to what is no URL',
    vendor: [{ status: 302, headers: { location: 'https://[' } }],
    ...failed('url_invalid'),
  },
  {
    it: 'copies the bytes themselves',
    vendor: [
      { headers: { 'content-type': 'application/pdf', 'content-disposition': 'inline; filename=a.pdf' }, body: pdf },
    ],
    ...archived,
    record: { file_name: 'a.pdf', content_type: 'application/pdf' },
    asked: { vendor: 1, storage: 0 },
  },
  {
    it: 'copies bytes of no type that do not look like JSON',
    vendor: [{ body: pdf }],
    ...archived,
    record: { file_name: 'document', content_type: 'application/octet-stream' },
  },
  {
    it: 'takes JSON for what it is where no type says so',
    vendor: [({ taskId, storageUrl }) => ({ body: ` {"download_url":"${storageUrl}/${taskId}/x.pdf"}` })],
    ...archived,
  },
  {
    it: 'tries later when the key is refused and there is no other',
    vendor: [refuse(401)],
    ...later('unauthorized'),
    asked: { vendor: 1 },
  },
  {
    it: 'asks once more with a new key',
    vendor: [acceptOnly('ca_new')],
    options: { keys: ['ca_old', 'ca_new'] },
    ...archived,
    asked: { vendor: 2 },
  },
  {
    it: 'tries later when the new key is refused as well',
    vendor: [refuse(401)],
    options: { keys: ['ca_old', 'ca_new'] },
    ...later('unauthorized'),
    asked: { vendor: 2 },
  },
  { it: 'gives an id up that the vendor cannot read (400)', vendor: [refuse(400)], ...failed('id_refused') },
  { it: 'gives an id up that the vendor cannot read (422)', vendor: [refuse(422)], ...failed('id_refused') },
  ...[402, 403, 405, 409, 410, 418].map((status) => ({
    it: `tries later when the vendor answers ${status}`,
    vendor: [refuse(status)],
    ...later('unexpected_status'),
  })),
  { it: 'tries later when the vendor redirects nowhere', vendor: [{ status: 302 }], ...later('unexpected_status') },
  {
    it: 'waits as many seconds as Retry-After says',
    vendor: [refuse(429, { 'retry-after': '90' })],
    ...later('rate_limited', 'back in 90 s'),
  },
  {
    it: 'waits for its back-off where Retry-After is shorter',
    vendor: [refuse(429, { 'retry-after': '1' })],
    ...later('rate_limited'),
  },
  {
    it: 'waits until the date in Retry-After',
    vendor: [() => refuse(429, { 'retry-after': new Date(world.now() + 75_000).toUTCString() })],
    ...later('rate_limited', 'back in 75 s'),
  },
  ...['soon', '-5', '1e3', '12.5', ''].map((value) => ({
    it: `ignores a Retry-After of "${value}"`,
    vendor: [refuse(429, { 'retry-after': value })],
    ...later('rate_limited'),
  })),
  {
    it: 'waits no longer than SQS allows, whatever Retry-After says',
    vendor: [refuse(429, { 'retry-after': '999999999' })],
    ...later('rate_limited', 'back in 43140 s'),
  },
  {
    it: 'waits for its back-off after a 429 without Retry-After',
    vendor: [refuse(429)],
    receiveCount: 3,
    ...later('rate_limited', 'back in 120 s'),
  },
  ...[500, 502, 503, 504, 599].map((status) => ({
    it: `tries later when the vendor answers ${status}`,
    vendor: [refuse(status)],
    ...later('server_error'),
  })),
  {
    it: 'waits for an hour at most',
    vendor: [refuse(500)],
    receiveCount: 9,
    ...later('server_error', 'back in 3600 s'),
  },
  {
    it: 'tries later when the vendor says nothing',
    vendor: ['silence'],
    options: { idleMs: 150 },
    ...later('idle_timeout'),
  },
  {
    it: 'tries later when the vendor stops in the middle of its answer',
    vendor: [{ headers: { 'content-type': 'application/json' }, body: '{"download_url":', stallAfter: 5 }],
    options: { idleMs: 150 },
    ...later('idle_timeout'),
  },
  { it: 'tries later when the vendor hangs up', vendor: ['hang-up'], ...later('connection_failed') },
  {
    it: 'tries later when the vendor hangs up in the middle of its answer',
    vendor: [{ headers: { 'content-type': 'application/json' }, body: '{"download_url":', dropAfter: 5 }],
    ...later('connection_failed'),
  },
  {
    it: 'tries later when the vendor hangs up in the middle of the bytes themselves',
    vendor: [{ headers: { 'content-type': 'application/pdf' }, body: pdf, dropAfter: 5 }],
    ...later('connection_failed'),
  },
  {
    it: 'gives HTML up',
    vendor: [{ headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>' }],
    ...failed('invalid_answer'),
  },
  {
    it: 'gives HTML without a type up',
    vendor: [{ body: '\n<!DOCTYPE html><title>Sign in</title>' }],
    ...failed('invalid_answer'),
  },
  { it: 'gives JSON without a URL up', vendor: [json(200, { file_name: 'a.pdf' })], ...failed('invalid_answer') },
  {
    it: 'gives JSON that is no object up',
    vendor: [json(200, ['https://x.amazonaws.com/'])],
    ...failed('invalid_answer'),
  },
  { it: 'gives JSON with an empty URL up', vendor: [link({ download_url: '' })], ...failed('invalid_answer') },
  { it: 'gives JSON up whose URL is none', vendor: [link({ download_url: 'not a URL' })], ...failed('url_invalid') },
  {
    it: 'gives broken JSON up',
    vendor: [{ headers: { 'content-type': 'application/json' }, body: '{"download_url": ' }],
    ...failed('invalid_answer'),
  },
  { it: 'gives JSON over 1 MiB up', vendor: [link({ file_name: 'x'.repeat(1024 * 1024) })], ...failed('too_large') },
  {
    it: 'gives an answer with more than 16 KiB of headers up',
    vendor: [{ headers: { 'x-long': 'x'.repeat(17_000) } }],
    ...failed('headers_too_large'),
  },
  ...[
    'https://evil.example/a.pdf',
    'http://bucket.s3.amazonaws.com/a.pdf',
    'https://169.254.169.254/',
    'https://s3.amazonaws.com:8443/',
    'file:///etc/passwd',
  ].map((url) => ({
    it: `gives a link to ${url} up`,
    vendor: [link({ download_url: url })],
    ...failed('url_forbidden'),
    asked: { storage: 0 },
  })),
];

describe('an answer of the vendor', () => {
  it.each(answers)('$it', async (row) => {
    await checkAnswer(world, row);
  });
});

describe('an answer that says "not there (yet)"', () => {
  it.each([
    [404, 'NOT_FOUND', 'not_found'],
    [501, 'NOT_AVAILABLE', 'not_available'],
  ])('%i is tried again after 30 s, 2 min and 10 min, then it is %s', async (status, ending, code) => {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [refuse(status)]);
    // However often the message came before: the schedule counts answers, not receipts.
    for (const [index, then] of ['back in 30 s', 'back in 120 s', 'back in 600 s', 'acknowledged'].entries()) {
      const { settled } = await world.receive([
        { body: { task_id: taskId, step_id: 'step' }, receiveCount: index + 4 },
      ]);
      const isOver = index === 3;

      expect(settled).toEqual([then]);
      const record = await world.readRecord(taskId);
      expect(record).toMatchObject({
        status: isOver ? ending : 'PENDING',
        not_ready_count: index + 1,
        attempts: index + 1,
        error: { stage: 'resolve', code },
      });
      expect(record?.unfinished).toEqual(isOver ? undefined : expect.stringMatching(/^[0-7]$/));
      expect(record).not.toHaveProperty('lease_id');
    }
    expect(await world.listStored(taskId)).toEqual([]);
  });

  it('begins to count again after any other answer', async () => {
    const taskId = world.createTaskId();
    const body = { task_id: taskId, step_id: 'step' };
    world.vendor.script(taskId, [refuse(501), refuse(501), refuse(500), refuse(501)]);
    const counts = [];
    for (const _ of [1, 2, 3, 4]) {
      await world.receive([{ body }]);
      counts.push((await world.readRecord(taskId))?.not_ready_count);
    }

    expect(counts).toEqual([1, 2, 0, 1]);
  });

  it.each([
    [404, 'NOT_FOUND'],
    [501, 'NOT_AVAILABLE'],
    [400, 'FAILED'],
  ])('%i is taken back by any new message', async (status, ending) => {
    const taskId = world.createTaskId();
    const body = { task_id: taskId, step_id: 'step' };
    world.vendor.script(taskId, [refuse(status)]);
    for (const _ of [1, 2, 3, 4]) {
      if ((await world.readRecord(taskId))?.status !== ending) await world.receive([{ body }]);
    }
    expect((await world.readRecord(taskId))?.status).toBe(ending);

    world.vendor.script(taskId, [refuse(404)]);
    const { settled } = await world.receive([{ body }]);

    expect(settled).toEqual(['back in 30 s']);
    expect(await world.readRecord(taskId)).toMatchObject({ status: 'PENDING', not_ready_count: 1, sweeps: 0 });
  });
});

describe('an answer that asks for quiet', () => {
  it.each([
    ['429', refuse(429, { 'retry-after': '200' }), 'back in 200 s'],
    ['401', refuse(401), 'back in 30 s'],
  ])('%s sends the rest of the batch back unasked, with the same visibility', async (_status, answer, then) => {
    const taskIds = [1, 2, 3].map(() => world.createTaskId());
    for (const taskId of taskIds) world.vendor.script(taskId, [answer]);
    const receipts = taskIds.map((taskId, index) => ({
      body: { task_id: taskId, step_id: 'step' },
      receiveCount: 1 + index,
    }));
    const { settled, lines } = await world.receive(receipts);

    expect(settled).toEqual([then, then, then]);
    expect(taskIds.map((taskId) => world.vendor.listRequests(taskId).length)).toEqual([1, 0, 0]);
    expect(lines.map(({ code }) => code).toSorted(undefined)).toEqual(['braked', 'braked', expect.any(String)]);
    expect(await Promise.all(taskIds.map((taskId) => world.readRecord(taskId)))).toEqual([
      expect.objectContaining({ status: 'PENDING' }),
      undefined,
      undefined,
    ]);
  });

  it('holds up no document that is being copied already', async () => {
    const [first, second] = [world.createTaskId(), world.createTaskId()];
    world.vendor.script(first, [link()]);
    world.storage.script(first, [{ headers: { 'content-type': 'application/pdf' }, body: pdf }]);
    world.vendor.script(second, [refuse(429)]);
    const { settled } = await world.receive(
      [first, second].map((taskId) => ({ body: { task_id: taskId, step_id: 's' } })),
    );

    expect(settled).toEqual(['acknowledged', 'back in 30 s']);
    expect((await world.readRecord(first, 's'))?.status).toBe('ARCHIVED');
  });
});
