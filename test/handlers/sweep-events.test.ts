import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addPending, describeArchived, describeFailed } from '../../lib/archive-event.ts';
import type { RecordAttributes } from '../../lib/ports.ts';
import { chooseShard } from '../../lib/shard.ts';
import { createStepRecord } from '../support/archive-fakes.ts';
import { type BusWorld, startBusWorld } from '../support/bus-world.ts';
import { DAY_MS, HOUR_MS, startSweepWorld, type SweepWorld } from '../support/sweep-world.ts';

const TWO_HOURS_MS = 2 * HOUR_MS;
const error = { stage: 'download', code: 'server_error', message: 'down' };
const permanent = { ...error, code: 'too_large' };

let world: SweepWorld;
let bus: BusWorld;
beforeAll(async () => {
  bus = await startBusWorld();
});
afterAll(async () => {
  await bus.close();
});
beforeEach(async () => {
  bus.failNext();
  bus.events.length = 0;
  world = await startSweepWorld();
});
afterEach(async () => {
  await world.close();
});

const sweepOnce = () => world.sweep({ keepsEvents: true, publishEvents: bus.publish });
const published = () => bus.events.map(({ 'detail-type': type, detail }) => [type, detail.task_id]);

const archivedEvent = (taskId: string) =>
  addPending({}, describeArchived(createStepRecord({ taskId, stepId: 'a' }, { status: 'ARCHIVED', versionId: 'v1' })));

/** A document that is archived but for its event. */
const leaveUnpublished = (taskId: string, more: RecordAttributes & { agoMs?: number } = {}) =>
  world.leave(taskId, 'a', {
    agoMs: TWO_HOURS_MS,
    status: 'ARCHIVED',
    unfinished: chooseShard(taskId),
    eventPending: archivedEvent(taskId),
    // What set the archived version off: nothing that is put back is of it.
    event: 'flows.tasks.completed',
    occurredAt: '2025-01-01T00:00:00.000Z',
    ...more,
  });

const leaveFailed = (taskId: string, more: RecordAttributes & { agoMs: number }) =>
  world.leave(taskId, 'a', {
    status: 'FAILED',
    unfinished: `f${chooseShard(taskId)}`,
    error,
    eventPending: addPending(
      {},
      describeFailed(createStepRecord({ taskId, stepId: 'a' }, { status: 'FAILED', error })),
    ),
    ...more,
  });

describe('an archived document whose event was never published', () => {
  it('has it published after two hours, and nothing left to do', async () => {
    await leaveUnpublished('1');
    const { counts, sent } = await sweepOnce();
    const record = await world.readItem('1', 'a');

    expect([published(), counts.events, sent]).toEqual([
      [['Document Archived', '1']],
      { published: 1, unpublished: 0 },
      [],
    ]);
    expect(record).toMatchObject({ status: 'ARCHIVED' });
    expect(record).not.toHaveProperty('event_pending');
    expect(record).not.toHaveProperty('unfinished');
  });

  it('is left to whoever wrote it until then', async () => {
    await leaveUnpublished('1', { agoMs: TWO_HOURS_MS - 1 });
    await sweepOnce();

    expect(published()).toEqual([]);
  });

  it('is not lost when the bus takes nothing, and is published by the next run', async () => {
    await leaveUnpublished('1');
    bus.failNext('request');
    const { counts } = await sweepOnce();
    expect([counts.events, published()]).toEqual([{ published: 0, unpublished: 1 }, []]);
    await sweepOnce();

    expect(published()).toEqual([['Document Archived', '1']]);
  });

  it('is never given up, however often sweep has met it', async () => {
    await leaveUnpublished('1', { sweeps: 5 });
    bus.failNext('request');
    await sweepOnce();

    expect(await world.readItem('1', 'a')).toMatchObject({
      event_pending: expect.any(String),
      unfinished: chooseShard('1'),
    });
  });

  it('says in a line which one the bus did not take', async () => {
    await leaveUnpublished('1');
    bus.failNext('request');
    await sweepOnce();

    expect(world.lines[0]).toMatchObject({
      level: 'warn',
      message: 'event unpublished',
      task_id: '1',
      step_id: 'a',
      code: 'bus_unavailable',
    });
  });

  it('does not wait behind a bus that takes nothing: after three it is left alone, and the rest goes on', async () => {
    for (const taskId of ['1', '2', '3', '4', '5']) await leaveUnpublished(taskId);
    await world.leave('6', 'a', { agoMs: TWO_HOURS_MS, status: 'PENDING', unfinished: chooseShard('6') });
    bus.failNext(...Array<'request'>(5).fill('request'));
    const { counts, sent } = await sweepOnce();

    expect([counts.events.unpublished, sent]).toEqual([3, [expect.objectContaining({ task_id: '6' })]]);
  });

  it.each([
    ['failed', { error }],
    ['lost its worker', { leaseId: 'dead', leaseExpiresAt: '2026-03-02T09:00:00.000Z' }],
  ])('is published, and put back because a newer copy of it %s', async (_, more) => {
    await leaveUnpublished('1', more);
    const { sent } = await sweepOnce();
    const record = await world.readItem('1', 'a');

    expect([published(), sent]).toEqual([[['Document Archived', '1']], [{ task_id: '1', step_id: 'a' }]]);
    expect(record).toMatchObject({ unfinished: chooseShard('1'), sweeps: 1 });
    expect(record).not.toHaveProperty('event_pending');
  });

  it('is left to whoever works on a newer copy of it', async () => {
    await leaveUnpublished('1', { leaseId: 'theirs', leaseExpiresAt: '2026-03-02T12:00:01.000Z' });
    const { sent } = await sweepOnce();

    expect([published(), sent]).toEqual([[], []]);
  });

  it('is put back for its newer copy although the bus takes nothing', async () => {
    await leaveUnpublished('1', { error });
    bus.failNext('request');
    const { sent } = await sweepOnce();

    expect(sent).toEqual([{ task_id: '1', step_id: 'a' }]);
    expect(await world.readItem('1', 'a')).toMatchObject({ event_pending: expect.any(String), sweeps: 1 });
  });

  it.each([
    ['failed', { error }],
    ['lost its worker', { leaseId: 'dead', leaseExpiresAt: '2026-03-02T09:00:00.000Z' }],
  ])('loses what was left of a newer copy that %s five times only after its event', async (_, more) => {
    await leaveUnpublished('1', { ...more, sweeps: 5 });
    bus.failNext('request');
    const { counts } = await sweepOnce();
    expect([counts.unfinished.gave_up, (await world.readItem('1', 'a'))?.unfinished]).toEqual([0, chooseShard('1')]);
    const again = await sweepOnce();
    const record = await world.readItem('1', 'a');

    expect([published(), again.counts.unfinished.gave_up]).toEqual([[['Document Archived', '1']], 1]);
    for (const name of ['unfinished', 'event_pending', 'lease_id']) expect(record).not.toHaveProperty(name);
  });
});

describe('a document that sweep gives up', () => {
  it('is published as failed', async () => {
    await world.leave('1', 'a', { agoMs: TWO_HOURS_MS, status: 'PENDING', unfinished: chooseShard('1'), sweeps: 5 });
    await sweepOnce();
    const record = await world.readItem('1', 'a');

    expect(bus.events).toMatchObject([{ 'detail-type': 'Document Failed', detail: { error: { code: 'gave_up' } } }]);
    expect(record).toMatchObject({ status: 'FAILED', unfinished: `f${chooseShard('1')}` });
    expect(record).not.toHaveProperty('event_pending');
  });

  it('is published as failed when nobody ever claimed it', async () => {
    const task = { status: 'DISCOVERED', stepIds: ['a'], documentCount: 1, unfinished: chooseShard('1'), sweeps: 5 };
    await world.leave('1', '#task', { agoMs: TWO_HOURS_MS, ...task });
    await sweepOnce();

    expect(bus.events).toMatchObject([
      { 'detail-type': 'Document Failed', detail: { task_id: '1', step_id: 'a', attempts: 0 } },
    ]);
  });

  it('keeps its event when the bus takes nothing', async () => {
    await world.leave('1', 'a', { agoMs: TWO_HOURS_MS, status: 'PENDING', unfinished: chooseShard('1'), sweeps: 5 });
    bus.failNext('request');
    await sweepOnce();

    expect(await world.readItem('1', 'a')).toMatchObject({ status: 'FAILED', event_pending: expect.any(String) });
  });

  it.each([
    ['a document', 'a', { status: 'PENDING' }, 'a'],
    ['a discovery', '#task', { status: 'OPEN' }, undefined],
  ])('is an error in the log (%s)', async (_, stepId, attributes, step_id) => {
    await world.leave('1', stepId, { agoMs: TWO_HOURS_MS, unfinished: chooseShard('1'), sweeps: 5, ...attributes });
    await world.sweep();

    expect(world.lines[0]).toEqual({
      level: 'error',
      message: 'gave up',
      task_id: '1',
      step_id,
      outcome: 'failed',
      code: 'gave_up',
    });
  });
});

describe('a document that failed', () => {
  it.each([
    ['for good', permanent],
    ['for now', error],
  ])('has its event published after two hours, and stays among what failed (%s)', async (_, why) => {
    await leaveFailed('1', { agoMs: TWO_HOURS_MS, error: why });
    const { sent } = await sweepOnce();
    const record = await world.readItem('1', 'a');

    expect([published(), sent]).toEqual([[['Document Failed', '1']], []]);
    expect(record).toMatchObject({ status: 'FAILED', unfinished: `f${chooseShard('1')}` });
    expect(record).not.toHaveProperty('event_pending');
  });

  it('is tried again daily although the bus takes nothing', async () => {
    await leaveFailed('1', { agoMs: DAY_MS });
    bus.failNext('request');
    const { counts, sent } = await sweepOnce();

    expect([counts.failed.put_back, sent]).toEqual([1, [expect.objectContaining({ task_id: '1' })]]);
  });
});

describe('an event that was published', () => {
  it('is still pending for whoever has claimed the document meanwhile', async () => {
    await leaveUnpublished('1');
    await sweepWith(async () => {
      const claim = { leaseId: 'mine', leaseExpiresAt: new Date(world.now() + HOUR_MS).toISOString() };
      await world.table.update({ taskId: '1', stepId: 'a' }, { set: claim, condition: 'attribute_exists(#task_id)' });
    });

    expect(await world.readItem('1', 'a')).toMatchObject({
      event_pending: expect.any(String),
      unfinished: chooseShard('1'),
      lease_id: 'mine',
    });
  });

  it('is still pending where another has joined it meanwhile', async () => {
    await leaveUnpublished('1');
    const eventPending = archivedEvent('2');
    await sweepWith(async () => {
      await world.table.update(
        { taskId: '1', stepId: 'a' },
        { set: { eventPending }, condition: 'attribute_exists(#task_id)' },
      );
    });

    expect(await world.readItem('1', 'a')).toMatchObject({ event_pending: eventPending });
  });
});

/** Sweeps while somebody else does this between the event's publication and its note. */
const sweepWith = (meanwhile: () => Promise<void>) => world.sweep({ keepsEvents: true, publishEvents: meanwhile });

describe('a task whose event was never published', () => {
  const leaveTask = (more: RecordAttributes = {}) =>
    world.leave('1', '#task', {
      agoMs: TWO_HOURS_MS,
      status: 'DISCOVERED',
      stepIds: ['a'],
      unfinished: chooseShard('1'),
      eventPending: JSON.stringify([{ detail_type: 'Task Archived', detail: { id: 'e', task_id: '1' } }]),
      ...more,
    });

  it('has it published, and is finished when every step has a record', async () => {
    await leaveTask();
    await world.leave('1', 'a', { agoMs: 0, status: 'ARCHIVED' });
    const { counts } = await sweepOnce();
    const record = await world.readItem('1', '#task');

    expect([published(), counts.unfinished.finished]).toEqual([[['Task Archived', '1']], 1]);
    expect(record).not.toHaveProperty('event_pending');
    expect(record).not.toHaveProperty('unfinished');
  });

  it('has its steps without a record put back all the same', async () => {
    await leaveTask();
    const { sent } = await sweepOnce();

    expect([published(), sent]).toEqual([[['Task Archived', '1']], [{ task_id: '1', step_id: 'a' }]]);
  });

  it('stays in sight while the bus takes nothing', async () => {
    await leaveTask();
    await world.leave('1', 'a', { agoMs: 0, status: 'ARCHIVED' });
    bus.failNext('request');
    await sweepOnce();

    expect(await world.readItem('1', '#task')).toMatchObject({
      event_pending: expect.any(String),
      unfinished: chooseShard('1'),
    });
  });
});
