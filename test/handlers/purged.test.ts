import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pdf } from '../support/answer-row.ts';
import { type ArchiveWorld, MAX_RECEIVE_COUNT, startArchiveWorld } from '../support/archive-world.ts';
import { json, link, refuse, serve } from '../support/scripted-server.ts';

const REASON = 'erasure request 2026-118';

let world: ArchiveWorld;
let taskId: string;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});
beforeEach(() => {
  taskId = world.createTaskId();
  world.vendor.script(taskId, [link()]);
  world.storage.script(taskId, [serve(pdf)]);
});

/** A tombstone, as `purge` leaves it. */
const bury = (stepId: string) =>
  world.put(taskId, stepId, { status: 'PURGED', reason: REASON, purgedAt: '2026-03-02T11:00:00.000Z' });

const receive = async (body: object, receiveCount = 1) => {
  const { settled, sent, lines } = await world.receive([{ body, receiveCount }]);
  return { settled: settled[0], sent, line: lines[0] };
};

describe('a document that was purged', () => {
  beforeEach(async () => {
    await bury('#task');
    await bury('step');
  });

  it.each([
    ['a message for it', () => ({ task_id: taskId, step_id: 'step' })],
    ['a message that forces a copy', () => ({ task_id: taskId, step_id: 'step', force: true })],
    [
      'a step change',
      () => ({ event: 'flows.tasks.step_change', data: { task_id: taskId, previous_step: { step_id: 'step' } } }),
    ],
  ])('stays so, and nobody is asked for it (%s)', async (_, body) => {
    const before = await world.readRecord(taskId);
    const { settled, line } = await receive(body());

    expect([settled, line]).toEqual(['acknowledged', expect.objectContaining({ level: 'info', outcome: 'purged' })]);
    expect(await world.readRecord(taskId)).toEqual(before);
    expect(world.vendor.listRequests(taskId)).toEqual([]);
  });

  it('is what a direct event is answered with', async () => {
    const { answer } = await world.invoke({ task_id: taskId, step_id: 'step' });

    expect(answer).toMatchObject({ status: 'PURGED', reason: REASON });
  });
});

describe('a document of which there was no record when its task was purged', () => {
  beforeEach(() => bury('#task'));

  it('gets a tombstone of its own, and nobody is asked for it', async () => {
    const { settled, line } = await receive({ task_id: taskId, step_id: 'step', event: 'mine', workflow_name: 'NDA' });

    expect([settled, line]).toEqual(['acknowledged', expect.objectContaining({ outcome: 'purged' })]);
    expect(await world.readRecord(taskId)).toEqual({
      task_id: taskId,
      step_id: 'step',
      schema: 1,
      status: 'PURGED',
      reason: REASON,
      purged_at: '2026-03-02T11:00:00.000Z',
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(world.vendor.listRequests(taskId)).toEqual([]);
    expect(await world.listStored(taskId)).toEqual([]);
  });
});

describe('a task that was purged', () => {
  beforeEach(() => bury('#task'));

  it.each([
    ['a message for it', () => ({ task_id: taskId }), 'purged'],
    ['its completion', () => ({ event: 'flows.tasks.completed', data: { task_id: taskId } }), 'purged'],
    ['its beginning', () => ({ event: 'flows.tasks.created', data: { task_id: taskId } }), 'noted'],
    ['its cancellation', () => ({ event: 'flows.tasks.canceled', data: { task_id: taskId } }), 'noted'],
    ['a message for its manifest', () => ({ manifest_of: taskId }), 'noted'],
  ])('stays so, and nobody is asked about it (%s)', async (_, body, outcome) => {
    const before = await world.readRecord(taskId, '#task');
    const { settled, sent, line } = await receive(body());

    expect([settled, sent, line]).toEqual(['acknowledged', [], expect.objectContaining({ outcome })]);
    expect(await world.readRecord(taskId, '#task')).toEqual(before);
    expect(world.vendor.listRequests(taskId)).toEqual([]);
  });

  it('is what a direct event is answered with', async () => {
    const { answer } = await world.invoke({ task_id: taskId });

    expect(answer).toMatchObject({ status: 'PURGED', step_id: '#task' });
  });
});

describe('a task that is purged while the vendor is asked about it', () => {
  const files = json(200, { files: [{ step_id: 'step', variable_id: null }], total_files: 1 });

  it.each([
    ['the vendor names its documents', files, 1],
    ['the vendor fails', refuse(500), 1],
    ['the vendor fails for the last time', refuse(500), MAX_RECEIVE_COUNT],
    ['the vendor refuses', refuse(422), 1],
  ])('stays so, and none of its documents is asked for (%s)', async (_, answer, receiveCount) => {
    world.vendor.script(taskId, [
      async () => {
        await world.changeTask(taskId, {
          set: { status: 'PURGED', reason: REASON },
          remove: ['unfinished', 'notReadyCount', 'sweeps'],
        });
        return answer;
      },
    ]);
    const { settled, sent, line } = await receive({ task_id: taskId }, receiveCount);

    expect([settled, sent, line]).toEqual(['acknowledged', [], expect.objectContaining({ outcome: 'purged' })]);
    const record = await world.readRecord(taskId, '#task');
    expect(record).toMatchObject({ status: 'PURGED', reason: REASON });
    expect(record).not.toHaveProperty('error');
  });
});

it('is buried by nobody who has lost the lease meanwhile', async () => {
  await bury('#task');
  const lease = { id: 'mine', expiresAt: new Date(world.now() + 1000) };
  const claim = await world.stepLedger.claimStep({ taskId, stepId: 'step' }, {}, lease);
  if (!('claimed' in claim)) throw new Error('It was to be claimed.');
  const burying = world.stepLedger.buryStep(claim.claimed, { ...lease, id: 'others' }, { ...claim.claimed } as never);

  await expect(burying).rejects.toMatchObject({ code: 'lease_lost' });
});
