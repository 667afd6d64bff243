import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArchiveWorld, MAX_RECEIVE_COUNT, type Settlement, startArchiveWorld } from '../support/archive-world.ts';
import { json, refuse, type Script } from '../support/scripted-server.ts';

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

const generated = (stepId: string) => ({
  file_id: `f_${stepId}`,
  file_name: 'a.pdf',
  variable_id: null,
  step_id: stepId,
});
const uploaded = (stepId: string) => ({ ...generated(stepId), variable_id: 'v1' });
const files = (...entries: object[]) => json(200, { task_id: 'x', files: entries, total_files: entries.length });
const ten = Array.from({ length: 10 }, (_, index) => generated(`s${index}`));

type Row = {
  it: string;
  vendor: Script[];
  receiveCount?: number;
  options?: Parameters<ArchiveWorld['receive']>[1];
  then: Settlement;
  record: Record<string, unknown>;
  error?: string;
  /** In the index `unfinished`: what is left to do. */
  left: 'discovery' | 'failure' | 'nothing';
  sent?: string[];
};

const found = (...stepIds: string[]) => ({
  then: 'acknowledged',
  record: { status: 'DISCOVERED', step_ids: stepIds, document_count: stepIds.length, not_ready_count: 0 },
  left: stepIds.length > 0 ? ('discovery' as const) : ('nothing' as const),
  sent: stepIds,
});
const later = (error: string, then = 'back in 30 s') => ({
  then,
  record: { status: 'OPEN', not_ready_count: 0 },
  error,
  left: 'discovery' as const,
});
const failed = (error: string, then = 'acknowledged') => ({
  then,
  record: { status: 'FAILED', not_ready_count: 0 },
  error,
  left: 'failure' as const,
});

const rows: Row[] = [
  {
    it: 'finds every document that was generated',
    vendor: [files(generated('a'), uploaded('b'), generated('c'))],
    ...found('a', 'c'),
  },
  { it: 'finds nothing in a task without documents', vendor: [files(uploaded('a'))], ...found() },
  {
    it: 'counts the files beyond one a step, which the endpoint cannot give',
    vendor: [files(generated('a'), generated('a'), { ...generated('b'), step_id: null })],
    ...found('a'),
    record: { status: 'DISCOVERED', step_ids: ['a'], unreachable_files: 2 },
  },
  {
    it: 'takes the completed steps as well when the list is cut',
    vendor: [
      json(200, { files: ten, total_files: 12 }),
      json(200, {
        task: {
          step_runs: [
            { step_id: 's0', status: 'completed' },
            { step_id: 'late', status: 'COMPLETED' },
            { step_id: 'open', status: 'in_progress' },
          ],
        },
      }),
    ],
    ...found(...ten.map(({ step_id }) => step_id), 'late'),
  },
  {
    it: 'takes a full page for a cut list where no total is given, and passes over what is no file',
    vendor: [
      json(200, { files: [...ten.slice(0, 9), 'no file'] }),
      json(200, { task: { step_runs: ['no run', { step_id: 'late', status: 'completed' }] } }),
    ],
    ...found(...ten.slice(0, 9).map(({ step_id }) => step_id), 'late'),
  },
  {
    it: 'takes a short page for the whole list where no total is given',
    vendor: [json(200, { files: [generated('a')] })],
    ...found('a'),
  },
  { it: 'gives an id up that the vendor cannot read', vendor: [refuse(422)], ...failed('id_refused') },
  { it: 'gives up what is no valid list', vendor: [json(200, { detail: 'ok' })], ...failed('invalid_answer') },
  {
    it: 'gives HTML up',
    vendor: [{ headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ...failed('invalid_answer'),
  },
  { it: 'tries later when the key is refused', vendor: [refuse(401)], ...later('unauthorized') },
  {
    it: 'waits as Retry-After says',
    vendor: [refuse(429, { 'retry-after': '90' })],
    ...later('rate_limited', 'back in 90 s'),
  },
  { it: 'tries later after a 500', vendor: [refuse(500)], ...later('server_error') },
  {
    it: 'tries later after a 501, which here is an error like any other',
    vendor: [refuse(501)],
    ...later('server_error'),
  },
  { it: 'tries later when the vendor hangs up', vendor: ['hang-up'], ...later('connection_failed') },
  {
    it: 'fails on its last receive',
    vendor: [refuse(500)],
    receiveCount: MAX_RECEIVE_COUNT,
    ...failed('server_error', 'back in 0 s'),
  },
  {
    it: 'tries later when the queue does not take what was found',
    vendor: [files(generated('a'))],
    options: { isQueueDown: true },
    then: 'left where it is',
    record: { status: 'DISCOVERED', step_ids: ['a'] },
    error: 'queue_unavailable',
    left: 'discovery',
    sent: [],
  },
];

describe('the discovery of a task', () => {
  it.each(rows)(
    '$it',
    async ({ vendor, receiveCount = 1, options, then, record: expected, error, left, sent = [] }) => {
      const taskId = world.createTaskId();
      world.vendor.script(taskId, vendor);
      const received = await world.receive([{ body: { task_id: taskId, event_id: 'evt_1' }, receiveCount }], options);

      const record = await world.readRecord(taskId, '#task');
      expect(received.settled).toEqual([then]);
      expect(record).toMatchObject({ ...expected, event_id: 'evt_1' });
      expect(record?.error).toEqual(error && expect.objectContaining({ code: error }));
      const shards = { discovery: /^[0-7]$/, failure: /^f[0-7]$/, nothing: undefined };
      expect(record?.unfinished).toEqual(shards[left] && expect.stringMatching(shards[left]));
      expect(received.sent.map(({ body }) => JSON.parse(body))).toEqual(
        sent.map((stepId) => ({ task_id: taskId, step_id: stepId, event_id: 'evt_1' })),
      );
      expect(received.lines).toEqual([expect.objectContaining({ task_id: taskId })]);
      expect(received.lines[0]?.code).toBe(error);
    },
  );

  it.each([
    ['404', [refuse(404)], 'NOT_FOUND', 'not_found'],
    ['an empty list right after a completion', [files()], 'DISCOVERED', 'no_documents'],
  ])('tries again after 30 s, 2 min and 10 min when the answer is %s', async (_what, vendor, ending, code) => {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, vendor);
    const body = { event: 'flows.tasks.completed', data: { task_id: taskId } };
    for (const [index, then] of ['back in 30 s', 'back in 120 s', 'back in 600 s'].entries()) {
      const { settled } = await world.receive([{ body, receiveCount: index + 1 }]);

      expect(settled).toEqual([then]);
      const record = await world.readRecord(taskId, '#task');
      expect(record).toMatchObject({ status: 'OPEN', not_ready_count: index + 1, error: { code } });
      expect(record?.unfinished).toMatch(/^[0-7]$/);
    }
    const { settled } = await world.receive([{ body, receiveCount: 4 }]);

    expect(settled).toEqual(['acknowledged']);
    const record = await world.readRecord(taskId, '#task');
    expect(record).toMatchObject({ status: ending, ...(ending === 'DISCOVERED' ? { document_count: 0 } : {}) });
    expect(record).not.toHaveProperty('unfinished');
    expect(record?.error).toEqual(ending === 'DISCOVERED' ? undefined : expect.objectContaining({ code }));
  });

  it('keeps what was found before when the vendor does not find the task any more', async () => {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [files(generated('a')), refuse(404)]);
    const body = { task_id: taskId };
    for (const _ of [1, 2, 3, 4, 5]) await world.receive([{ body }]);

    expect(await world.readRecord(taskId, '#task')).toMatchObject({
      status: 'DISCOVERED',
      step_ids: ['a'],
      error: { code: 'not_found' },
    });
  });

  it('copies by force what it finds when it was asked to', async () => {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [files(generated('a'))]);
    const { sent } = await world.receive([{ body: { task_id: taskId, force: true } }]);

    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([{ task_id: taskId, step_id: 'a', force: true }]);
  });
});

describe('a direct event', () => {
  it.each([
    ['is answered with what was found', files(generated('a')), { status: 'discovered', step_ids: ['a'] }, []],
    ['goes on the queue when the vendor cannot be reached', refuse(500), { status: 'queued' }, [30]],
    [
      'goes on the queue, with the delay of the schedule, when the task is not found',
      refuse(404),
      { status: 'queued' },
      [30],
    ],
  ])('%s', async (_what, vendor, expected, delays) => {
    const taskId = world.createTaskId();
    world.vendor.script(taskId, [vendor]);
    const { answer, sent } = await world.invoke({ task_id: taskId });

    expect(answer).toEqual(expected);
    expect(sent.flatMap(({ delaySeconds }) => delaySeconds ?? [])).toEqual(delays);
  });
});
