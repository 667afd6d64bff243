import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArchiveWorld, MAX_RECEIVE_COUNT, startArchiveWorld } from '../support/archive-world.ts';
import { json, refuse, type Script } from '../support/scripted-server.ts';

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

const generated = (step_id: unknown) => ({ file_id: 'document_1', variable_id: null, step_id });
const uploaded = (step_id: string) => ({ file_id: 'document_2', variable_id: 'var_1', step_id });
const list = (files: unknown[], total_files: unknown = files.length) => json(200, { files, total_files });
const runs = (...step_runs: unknown[]) => json(200, { task: { step_runs } });

function scriptTask(...answers: Script[]) {
  const taskId = world.createTaskId();
  world.vendor.script(taskId, answers);
  const completion = { event: 'flows.tasks.completed', event_id: 'evt_1', data: { task_id: taskId } };
  return { taskId, body: { task_id: taskId }, completion };
}

const stepsOf = (sent: { body: string }[]) => sent.map(({ body }) => JSON.parse(body).step_id);

describe('a task', () => {
  it('is answered by one message for each step that generated a document', async () => {
    const { taskId, completion } = scriptTask(list([generated('a'), uploaded('b'), generated(7), generated('a')]));
    const { settled, sent } = await world.receive([{ body: completion }]);

    expect(settled).toEqual(['acknowledged']);
    expect(sent.map(({ body }) => JSON.parse(body))).toEqual([
      { task_id: taskId, step_id: 'a', event: 'flows.tasks.completed', event_id: 'evt_1' },
      { task_id: taskId, step_id: '7', event: 'flows.tasks.completed', event_id: 'evt_1' },
    ]);
    expect(await world.readRecord(taskId, '#task')).toMatchObject({
      status: 'DISCOVERED',
      step_ids: ['a', '7'],
      document_count: 2,
      unreachable_files: 1,
    });
  });

  it('passes on that a copy is forced', async () => {
    const { body } = scriptTask(list([generated('a')]));
    const { sent } = await world.receive([{ body: { ...body, force: true } }]);

    expect(sent.map((message) => JSON.parse(message.body).force)).toEqual([true]);
  });

  it.each([
    ['says so', 11],
    ['says nothing, and is as long as it can be', null],
  ])('has its completed steps asked for, too, where the list is cut and %s', async (_, total) => {
    const listed = Array.from({ length: 10 }, () => generated('a'));
    const completed = { step_id: 'c', status: 'Completed' };
    const { body } = scriptTask(list(listed, total), runs(completed, { step_id: 'd', status: 'in_progress' }, 'odd'));

    expect(stepsOf((await world.receive([{ body }])).sent)).toEqual(['a', 'c']);
  });

  it('reads past what is no file, and counts what no step can be asked for', async () => {
    const { taskId, body } = scriptTask(list(['odd', generated('../x'), generated('a'), { step_id: 'b' }]));

    expect(stepsOf((await world.receive([{ body }])).sent)).toEqual(['a', 'b']);
    expect(await world.readRecord(taskId, '#task')).toMatchObject({ unreachable_files: 1 });
  });

  it('that was just completed and has no documents is asked for again, and then has none', async () => {
    const { taskId, completion } = scriptTask(list([]));
    for (const then of ['back in 30 s', 'back in 120 s', 'back in 600 s']) {
      expect((await world.receive([{ body: completion }])).settled).toEqual([then]);
      expect(await world.readRecord(taskId, '#task')).toMatchObject({
        status: 'OPEN',
        error: { code: 'no_documents' },
      });
    }
    expect((await world.receive([{ body: completion }])).settled).toEqual(['acknowledged']);
    expect(await world.readRecord(taskId, '#task')).toMatchObject({ status: 'DISCOVERED', document_count: 0 });
  });

  it('that was not just completed has no documents at once', async () => {
    const { taskId, body } = scriptTask(list([]));

    expect((await world.receive([{ body }])).settled).toEqual(['acknowledged']);
    expect(await world.readRecord(taskId, '#task')).toMatchObject({ status: 'DISCOVERED', document_count: 0 });
  });

  it('that the vendor does not have is NOT_FOUND after the schedule', async () => {
    const { taskId, body } = scriptTask(refuse(404));
    for (const then of ['back in 30 s', 'back in 120 s', 'back in 600 s', 'acknowledged']) {
      expect((await world.receive([{ body }])).settled).toEqual([then]);
    }
    expect(await world.readRecord(taskId, '#task')).toMatchObject({
      status: 'NOT_FOUND',
      error: { code: 'not_found' },
    });
  });

  it.each([
    ['400', refuse(400), 'id_refused'],
    ['something that is no JSON', { headers: { 'content-type': 'application/json' }, body: '{' }, 'invalid_answer'],
    ['JSON without files', json(200, {}), 'invalid_answer'],
    ['a JSON list', json(200, []), 'invalid_answer'],
  ] as const)('fails at once on %s', async (_, answer, code) => {
    const { taskId, body } = scriptTask(answer);
    const { settled, lines } = await world.receive([{ body }]);

    expect(settled).toEqual(['acknowledged']);
    expect(lines[0]).toMatchObject({ level: 'error', outcome: 'failed', stage: 'discover', code });
    expect(await world.readRecord(taskId, '#task')).toMatchObject({
      status: 'FAILED',
      error: { code },
      unfinished: expect.stringMatching(/^f[0-7]$/),
    });
  });

  it.each([
    [1, 'back in 30 s', 'OPEN'],
    [MAX_RECEIVE_COUNT, 'back in 0 s', 'FAILED'],
  ])(
    'that meets a 501, which is none of its answers, at receive %d is %s and %s',
    async (receiveCount, then, status) => {
      const { taskId, body } = scriptTask(refuse(501));

      expect((await world.receive([{ body, receiveCount }])).settled).toEqual([then]);
      expect(await world.readRecord(taskId, '#task')).toMatchObject({ status, error: { code: 'server_error' } });
    },
  );

  it('comes back when its step messages are not taken', async () => {
    const { taskId, body } = scriptTask(list([generated('a')]));

    expect((await world.receive([{ body }], { isQueueDown: true })).settled).toEqual(['left where it is']);
    expect(await world.readRecord(taskId, '#task')).toMatchObject({
      status: 'DISCOVERED',
      error: { code: 'queue_unavailable' },
    });
  });

  it('is not begun with less than a minute left', async () => {
    const { taskId, body } = scriptTask(list([]));
    const { settled } = await world.receive([{ body }], { remainingMs: [900_000, 59_999] });

    expect(settled).toEqual(['back in 0 s']);
    expect(await world.readRecord(taskId, '#task')).toBeUndefined();
  });
});

describe('an event of a task', () => {
  it.each([
    ['flows.tasks.created', 'OPEN'],
    ['flows.tasks.step_change', 'OPEN'],
  ])('%s keeps its record', async (event, status) => {
    const { taskId } = scriptTask();
    const { settled } = await world.receive([{ body: { event, data: { task_id: taskId } } }]);

    expect(settled).toEqual(['acknowledged']);
    expect(await world.readRecord(taskId, '#task')).toMatchObject({
      status,
      unfinished: expect.stringMatching(/^t[0-7]$/),
    });
  });

  it('of a step change opens the task and archives the step that was left', async () => {
    const { taskId } = scriptTask(refuse(501));
    const data = { task_id: taskId, previous_step: { step_id: 'step' } };
    await world.receive([{ body: { event: 'flows.tasks.step_change', data } }]);

    expect(await world.readRecord(taskId, '#task')).toMatchObject({ status: 'OPEN' });
    expect(await world.readRecord(taskId)).toMatchObject({ status: 'PENDING' });
  });

  it('that cancels it ends it', async () => {
    const { taskId } = scriptTask();
    const data = { task_id: taskId };
    await world.receive([{ body: { event: 'flows.tasks.created', data } }]);
    await world.receive([{ body: { event: 'flows.tasks.canceled', data } }]);

    expect(await world.readRecord(taskId, '#task')).toMatchObject({ status: 'CANCELED' });
  });
});

describe('an event that comes directly', () => {
  it('is answered with the steps of the task', async () => {
    const { body } = scriptTask(list([generated('a')]));

    expect((await world.invoke({ source: 'com.example', detail: body })).answer).toEqual({
      status: 'discovered',
      step_ids: ['a'],
    });
  });

  it('is answered with the record of the step', async () => {
    const { taskId } = scriptTask(refuse(400));
    const { answer, lines } = await world.invoke({ task_id: taskId, step_id: 'step' });

    expect(answer).toEqual(await world.readRecord(taskId));
    expect(answer).toMatchObject({ status: 'FAILED', task_id: taskId });
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', outcome: 'failed', code: 'id_refused', attempt: 1 }),
    ]);
  });

  it('is answered with the record of a task that fails', async () => {
    const { body } = scriptTask(refuse(400));

    expect((await world.invoke(body)).answer).toMatchObject({ step_id: '#task', status: 'FAILED' });
  });

  it('is answered with the record of a task that is only noted', async () => {
    const { taskId } = scriptTask();
    const event = { event: 'flows.tasks.created', data: { task_id: taskId } };

    expect((await world.invoke(event)).answer).toMatchObject({ step_id: '#task', status: 'OPEN' });
  });

  it.each([
    [{ event: 'flows.tasks.canceled', data: { task_id: 'unheard' } }, { status: 'ignored' }],
    [{ event: 'core.document.uploaded' }, { status: 'ignored', event: 'core.document.uploaded' }],
    [
      { source: 'chamelio-archive', 'detail-type': 'Document Archived', detail: { task_id: '1' } },
      { status: 'ignored', event: 'Document Archived' },
    ],
  ])('is ignored when there is nothing to do: %j', async (event, expected) => {
    expect((await world.invoke(event)).answer).toEqual(expected);
  });

  it('goes on the queue, as it is, when it fails for now', async () => {
    const { taskId } = scriptTask(refuse(500));
    const event = { task_id: taskId, step_id: 'step', note: 'kept' };
    const { answer, sent, lines } = await world.invoke(event);

    expect(answer).toEqual({ status: 'queued' });
    expect(sent).toEqual([{ body: JSON.stringify(event), delaySeconds: 30 }]);
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', outcome: 'queued', code: 'server_error' })]);
    expect(await world.readRecord(taskId)).toMatchObject({ status: 'PENDING' });
  });

  it('is thrown when the queue does not take it either', async () => {
    const { taskId } = scriptTask(refuse(500));

    await expect(world.invoke({ task_id: taskId, step_id: 'step' }, { isQueueDown: true })).rejects.toMatchObject({
      code: 'server_error',
    });
  });

  it('is thrown when it is malformed', async () => {
    await expect(world.invoke({ task_id: '../x' })).rejects.toMatchObject({
      name: 'RefusedError',
      issues: [{ path: 'task_id', message: expect.any(String) }],
    });
  });
});

describe('a batch', () => {
  it('is not held up by what is malformed in it', async () => {
    const { body } = scriptTask(list([generated('a')]));
    const bodies = ['not JSON', { task_id: '../x' }, { detail: { a: 1 } }, '[]', body];
    const { settled, lines } = await world.receive(bodies.map((one) => ({ body: one })));

    expect(settled).toEqual(['back in 0 s', 'back in 0 s', 'back in 0 s', 'back in 0 s', 'acknowledged']);
    expect(lines.filter(({ level }) => level === 'error').map(({ code }) => code)).toEqual(Array(4).fill('invalid'));
  });

  it('gives a message back untouched while somebody else has its step, and never lets it die of that', async () => {
    const { taskId, body } = scriptTask(refuse(500));
    const lease = { id: 'other', expiresAt: new Date(world.now() + 600_000) };
    await world.stepLedger.claimStep({ taskId, stepId: 'step' }, {}, lease);
    const step = { ...body, step_id: 'step' };

    expect((await world.receive([{ body: step }])).settled).toEqual([expect.stringMatching(/^back in 5\d\d s$/)]);
    const last = await world.receive([{ body: step, receiveCount: MAX_RECEIVE_COUNT }]);
    expect(last.settled).toEqual([expect.stringMatching(/^sent again in 4\d\d s$/)]);
    expect(await world.readRecord(taskId)).toMatchObject({ lease_id: 'other', attempts: 1 });
  });
});
