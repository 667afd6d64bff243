import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type AnswerRow, checkAnswer, pdf } from '../support/answer-row.ts';
import { type ArchiveWorld, hashOf, MAX_RECEIVE_COUNT, startArchiveWorld } from '../support/archive-world.ts';
import { link, redirect, refuse, serve } from '../support/scripted-server.ts';

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

const failedAtLast = (error: string) =>
  ({ receiveCount: MAX_RECEIVE_COUNT, then: 'back in 0 s', status: 'FAILED', error }) as const;

const lastReceives: AnswerRow[] = [
  { it: 'fails after a 500', vendor: [refuse(500)], ...failedAtLast('server_error') },
  { it: 'fails after a refused key', vendor: [refuse(401)], ...failedAtLast('unauthorized') },
  {
    it: 'fails after a 429, whatever Retry-After says',
    vendor: [refuse(429, { 'retry-after': '900' })],
    ...failedAtLast('rate_limited'),
  },
  { it: 'fails after another 4xx', vendor: [refuse(403)], ...failedAtLast('unexpected_status') },
  { it: 'fails after a time-out', vendor: ['silence'], options: { idleMs: 150 }, ...failedAtLast('idle_timeout') },
  { it: 'fails after a dropped connection', vendor: ['hang-up'], ...failedAtLast('connection_failed') },
  { it: 'fails after a short body', storage: [serve(pdf, { dropAfter: 5 })], ...failedAtLast('connection_failed') },
  { it: 'fails after a link that ran out twice', storage: [{ status: 403 }], ...failedAtLast('link_refused') },
  {
    it: 'fails when the deadline of the invocation comes in the middle',
    storage: [serve(pdf, { stallAfter: 5 })],
    options: { remainingMs: [15_150, 900_000] },
    ...failedAtLast('deadline'),
  },
  {
    it: 'is acknowledged when there is nothing to come back for',
    vendor: [refuse(400)],
    receiveCount: MAX_RECEIVE_COUNT,
    then: 'acknowledged',
    status: 'FAILED',
    error: 'id_refused',
  },
  {
    it: 'is sent again while the schedule of a 404 is open',
    vendor: [refuse(404)],
    receiveCount: MAX_RECEIVE_COUNT,
    then: 'sent again in 30 s',
    status: 'PENDING',
    error: 'not_found',
    notReadyCount: 1,
  },
  {
    it: 'is sent again while the schedule of a 501 is open',
    vendor: [refuse(501)],
    receiveCount: MAX_RECEIVE_COUNT,
    then: 'sent again in 30 s',
    status: 'PENDING',
    error: 'not_available',
    notReadyCount: 1,
  },
  {
    it: 'stays where it is when it cannot be sent again',
    vendor: [refuse(501)],
    receiveCount: MAX_RECEIVE_COUNT,
    options: { isQueueDown: true },
    then: 'left where it is',
    status: 'PENDING',
    error: 'not_available',
    notReadyCount: 1,
  },
];

describe('a message on its last receive', () => {
  it.each(lastReceives)('$it', async (row) => {
    await checkAnswer(world, row);
  });

  it.each(['404', '501'])(
    'is sent again until the schedule of a %s is over, and is acknowledged then',
    async (status) => {
      const taskId = world.createTaskId();
      world.vendor.script(taskId, [refuse(Number(status))]);
      const body = { task_id: taskId, step_id: 'step' };
      const settled = [];
      for (const _ of [1, 2, 3, 4])
        settled.push(...(await world.receive([{ body, receiveCount: MAX_RECEIVE_COUNT }])).settled);

      expect(settled).toEqual(['sent again in 30 s', 'sent again in 120 s', 'sent again in 600 s', 'acknowledged']);
    },
  );

  it('is on its last receive beyond the count as well', async () => {
    const row: AnswerRow = { it: 'fails', vendor: [refuse(500)], ...failedAtLast('server_error') };
    await checkAnswer(world, { ...row, receiveCount: MAX_RECEIVE_COUNT + 1 });
  });

  it('is sent again, whole and untouched, when another message of its batch was told to wait', async () => {
    const [first, second] = [world.createTaskId(), world.createTaskId()];
    for (const taskId of [first, second]) world.vendor.script(taskId, [refuse(429, { 'retry-after': '5000' })]);
    const body = `{ "task_id": "${second}", "step_id": "step", "note": "kept as it is" }`;
    const { settled, sent } = await world.receive([
      { body: { task_id: first, step_id: 'step' } },
      { body, receiveCount: MAX_RECEIVE_COUNT },
    ]);

    expect(settled).toEqual(['back in 5000 s', 'sent again in 900 s']);
    expect(sent).toEqual([{ body, delaySeconds: 900 }]);
    expect(await world.readRecord(second)).toBeUndefined();
  });
});

describe("a message whose step is another's", () => {
  async function claim(leaseSeconds: number) {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [link()]);
    world.storage.script(taskId, [serve(pdf)]);
    // Receiving takes a minute of the world's clock.
    const expiresAt = new Date(world.now() + (61 + leaseSeconds) * 1000);
    await world.stepLedger.claimStep({ taskId, stepId: 'step' }, {}, { id: 'another', expiresAt });
    return { taskId, body: { task_id: taskId, step_id: 'step' } };
  }

  it.each([
    ['comes back when the lease is over', 1, 300, 'back in 301 s'],
    ['is sent again on its last receive', MAX_RECEIVE_COUNT, 300, 'sent again in 301 s'],
    [
      'is sent again in 15 minutes at most, which is all that SQS can do',
      MAX_RECEIVE_COUNT,
      905,
      'sent again in 900 s',
    ],
  ])('%s', async (_what, receiveCount, leaseSeconds, then) => {
    const { taskId, body } = await claim(leaseSeconds);
    const { settled, lines } = await world.receive([{ body, receiveCount }]);

    expect(settled).toEqual([then]);
    expect(lines).toEqual([expect.objectContaining({ task_id: taskId, stage: 'record', code: 'busy' })]);
    expect(world.vendor.listRequests(taskId)).toEqual([]);
    expect(await world.readRecord(taskId)).toMatchObject({ status: 'COPYING', lease_id: 'another', attempts: 1 });
  });

  it('takes the step over once the lease has run out', async () => {
    const { taskId, body } = await claim(-1);
    const { settled } = await world.receive([{ body }]);

    expect(settled).toEqual(['acknowledged']);
    expect(await world.readRecord(taskId)).toMatchObject({ status: 'ARCHIVED', attempts: 2 });
  });
});

it.each([
  ['copied', [serve(pdf)]],
  ['failed', [{ status: 500 }]],
])('leaves the record to whoever claimed the step while it %s', async (_what, storage) => {
  const taskId = world.createTaskId();
  world.vendor.script(taskId, [
    async (asked) => {
      world.pass(1000);
      const lease = { id: 'another', expiresAt: new Date(world.now() + 300_000) };
      await world.stepLedger.claimStep({ taskId, stepId: 'step' }, {}, lease);
      return redirect()(asked);
    },
  ]);
  world.storage.script(taskId, storage);
  const body = { task_id: taskId, step_id: 'step' };
  const { settled, lines } = await world.receive([{ body, receiveCount: MAX_RECEIVE_COUNT }]);

  expect(settled).toEqual(['sent again in 30 s']);
  expect(lines).toEqual([expect.objectContaining({ code: 'lease_lost' })]);
  const record = await world.readRecord(taskId);
  expect(record).toMatchObject({ status: 'COPYING', lease_id: 'another', attempts: 2 });
  expect(record).not.toHaveProperty('error');
});

describe('a message that finds less than a minute left', () => {
  it.each([
    ['goes back at once', 1, 'back in 0 s'],
    ['is sent again on its last receive', MAX_RECEIVE_COUNT, 'sent again in 0 s'],
  ])('%s, untouched', async (_what, receiveCount, then) => {
    const taskId = world.createTaskId();
    const body = { task_id: taskId, step_id: 'step' };
    const { settled } = await world.receive([{ body, receiveCount }], { remainingMs: [59_999, 59_999] });

    expect(settled).toEqual([then]);
    expect(world.vendor.listRequests(taskId)).toEqual([]);
    expect(await world.readRecord(taskId)).toBeUndefined();
  });
});

it.each([
  ['the vendor is silent', { vendor: ['silence' as const] }],
  ['the storage host is silent', { storage: ['silence' as const] }],
  ['the bytes stop', { storage: [serve(pdf, { stallAfter: 5 })] }],
])('releases the lease and answers when the deadline comes while %s', async (_what, scripts) => {
  await checkAnswer(world, {
    it: 'is cut off',
    ...scripts,
    options: { remainingMs: [15_150, 900_000] },
    then: 'back in 30 s',
    status: 'PENDING',
    error: 'deadline',
  });
});

describe('a malformed message', () => {
  it.each([
    ['bad JSON', 'not JSON at all'],
    ['JSON that is no object', '[]'],
    ['a task id that could leave its place', '{"task_id":"../escape"}'],
    ['a step id that is none', '{"task_id":"task_1","step_id":"#task"}'],
    ['an event without a task', '{"event":"flows.tasks.completed","data":{}}'],
    ['an EventBridge event without a task', '{"detail-type":"x","source":"y","detail":{}}'],
    ['an EventBridge event without a detail', '{"detail-type":"x","source":"y","detail":null}'],
  ])('(%s) goes back at once and holds up nothing of its batch', async (_what, body) => {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [link()]);
    world.storage.script(taskId, [serve(pdf)]);
    const receipts = [
      { body },
      { body: { task_id: taskId, step_id: 'step' } },
      { body, receiveCount: MAX_RECEIVE_COUNT },
    ];
    const { settled, sent, lines } = await world.receive(receipts);

    expect(settled).toEqual(['back in 0 s', 'acknowledged', 'back in 0 s']);
    expect(sent).toEqual([]);
    expect(lines.map(({ level, code }) => [level, code]).toSorted()).toEqual([
      ['error', 'invalid'],
      ['error', 'invalid'],
      ['info', undefined],
    ]);
  });
});

it('leaves a message where it is when the queue does not take its new visibility', async () => {
  const taskId = world.createTaskId();
  world.vendor.script(taskId, [refuse(500)]);
  const body = { task_id: taskId, step_id: 'step' };
  const { settled } = await world.receive([{ body }], { isQueueDown: true });

  expect(settled).toEqual(['left where it is']);
});

it('writes nothing over an object it met once somebody else has claimed the step', async () => {
  const taskId = world.createTaskId();
  const other = Buffer.from('%PDF-1.7 of somebody else');
  await world.client.send(
    new PutObjectCommand({ Bucket: world.bucket, Key: `tasks/${taskId}/steps/step/Contract.pdf`, Body: other }),
  );
  world.vendor.script(taskId, [link()]);
  world.storage.script(taskId, [serve(pdf)]);
  jest.spyOn(world.stepLedger, 'holdsLease').mockResolvedValueOnce(false);
  const { settled, lines } = await world.receive([{ body: { task_id: taskId, step_id: 'step' } }]);

  expect(settled).toEqual(['back in 30 s']);
  expect(lines[0]).toMatchObject({ code: 'lease_lost' });
  expect((await world.listStored(taskId)).map(({ sha256 }) => sha256)).toEqual([hashOf(other)]);
});
