import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Table } from '../../lib/ports.ts';
import { createTaskLedger } from '../../lib/task-ledger.ts';
import { type LedgerWorld, startLedgerWorld } from '../support/ledger-world.ts';

const trigger = { event: 'flows.tasks.created', eventId: 'evt_1' };
const completion = { event: 'flows.tasks.completed', eventId: 'evt_2' };
const error = { stage: 'discover', code: 'not_found', message: 'The vendor answered 404: not found.' };
const found = { stepIds: ['a', 'b'], unreachableFiles: 1 };
const failed = (status: 'PENDING' | 'FAILED' | 'NOT_FOUND', notReadyCount = 0) => ({ status, error, notReadyCount });

let world: LedgerWorld;
let ledger: ReturnType<typeof createTaskLedger>;
let count = 0;

beforeAll(async () => {
  world = await startLedgerWorld();
  ledger = createTaskLedger(world.table);
});
afterAll(() => world?.close());

const newTask = () => `task_${++count}`;
const readTask = (taskId: string) => world.readItem(taskId, '#task');

describe('openTask', () => {
  it('notes a task that nobody has heard of', async () => {
    const taskId = newTask();
    await ledger.openTask(taskId, trigger);

    const timestamp = new Date(world.now()).toISOString();
    expect(await readTask(taskId)).toEqual({
      schema: 1,
      task_id: taskId,
      step_id: '#task',
      status: 'OPEN',
      event: 'flows.tasks.created',
      event_id: 'evt_1',
      not_ready_count: 0,
      sweeps: 0,
      unfinished: expect.stringMatching(/^t[0-7]$/),
      created_at: timestamp,
      updated_at: timestamp,
    });
  });

  it('changes nothing on a task that is known', async () => {
    const taskId = newTask();
    await ledger.beginDiscovery(taskId, completion);
    const before = await readTask(taskId);

    expect(await ledger.openTask(taskId, trigger)).toMatchObject({ status: 'OPEN', eventId: 'evt_2' });
    expect(await readTask(taskId)).toEqual(before);
  });
});

describe('cancelTask', () => {
  it('ends an open task', async () => {
    const taskId = newTask();
    await ledger.openTask(taskId, trigger);
    await ledger.cancelTask(taskId);

    const item = await readTask(taskId);
    expect(item).toMatchObject({ status: 'CANCELED', event_id: 'evt_1' });
    expect(item).not.toHaveProperty('unfinished');
  });

  it('leaves no record of a task never heard of', async () => {
    const taskId = newTask();

    expect(await ledger.cancelTask(taskId)).toBeUndefined();
    expect(await readTask(taskId)).toBeUndefined();
  });

  it('changes nothing on a task that is discovered', async () => {
    const taskId = newTask();
    await ledger.finishDiscovery(taskId, found);
    const before = await readTask(taskId);
    await ledger.cancelTask(taskId);

    expect(await readTask(taskId)).toEqual(before);
  });
});

describe('beginDiscovery', () => {
  it('writes an open task before the vendor is asked', async () => {
    const taskId = newTask();
    await ledger.beginDiscovery(taskId, completion);

    expect(await readTask(taskId)).toMatchObject({ status: 'OPEN', unfinished: expect.stringMatching(/^[0-7]$/) });
  });

  it('makes a task that was only heard of one to discover', async () => {
    const taskId = newTask();
    await ledger.openTask(taskId, trigger);
    await ledger.beginDiscovery(taskId, completion);

    expect(await readTask(taskId)).toMatchObject({
      status: 'OPEN',
      event_id: 'evt_2',
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
  });

  it.each(['NOT_FOUND', 'FAILED'] as const)('reopens a task that is %s, counting from 0', async (status) => {
    const taskId = newTask();
    await ledger.beginDiscovery(taskId, completion);
    await ledger.failDiscovery(taskId, failed(status, 4));
    await ledger.beginDiscovery(taskId, {});

    expect(await readTask(taskId)).toMatchObject({
      status: 'OPEN',
      event_id: 'evt_2',
      not_ready_count: 0,
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
  });

  it('keeps what is discovered, and puts it in sight again', async () => {
    const taskId = newTask();
    await ledger.finishDiscovery(taskId, { stepIds: [], unreachableFiles: 0 });
    await ledger.beginDiscovery(taskId, completion);

    expect(await readTask(taskId)).toMatchObject({
      status: 'DISCOVERED',
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
  });

  it('keeps a cancelled task cancelled until the vendor has answered', async () => {
    const taskId = newTask();
    await ledger.openTask(taskId, trigger);
    await ledger.cancelTask(taskId);
    await ledger.beginDiscovery(taskId, completion);
    expect(await readTask(taskId)).toMatchObject({ status: 'CANCELED' });

    await ledger.finishDiscovery(taskId, found);
    expect(await readTask(taskId)).toMatchObject({ status: 'DISCOVERED' });
  });
});

describe('finishDiscovery', () => {
  it('records what was found', async () => {
    const taskId = newTask();
    await ledger.beginDiscovery(taskId, completion);
    await ledger.failDiscovery(taskId, failed('PENDING', 1));
    await ledger.finishDiscovery(taskId, found);

    const item = await readTask(taskId);
    expect(item).toMatchObject({
      status: 'DISCOVERED',
      step_ids: ['a', 'b'],
      document_count: 2,
      unreachable_files: 1,
      not_ready_count: 0,
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
    expect(item).not.toHaveProperty('error');
  });

  it('only ever adds steps', async () => {
    const taskId = newTask();
    await ledger.finishDiscovery(taskId, found);
    await ledger.finishDiscovery(taskId, { stepIds: ['c', 'b'], unreachableFiles: 0 });

    expect(await readTask(taskId)).toMatchObject({ step_ids: ['a', 'b', 'c'], document_count: 3 });
  });

  it('loses no step when two discover at once', async () => {
    const taskId = newTask();
    await ledger.finishDiscovery(taskId, found);
    const ids = ['c', 'd', 'e'];
    await Promise.all(ids.map((id) => ledger.finishDiscovery(taskId, { stepIds: [id], unreachableFiles: 0 })));

    const item = await readTask(taskId);
    expect([...(item?.step_ids ?? [])].toSorted((a, b) => a.localeCompare(b))).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('names a thousand steps at most', async () => {
    const taskId = newTask();
    const stepIds = Array.from({ length: 1001 }, (_, index) => `step_${index}`);
    await ledger.finishDiscovery(taskId, { stepIds, unreachableFiles: 0 });

    expect((await readTask(taskId))?.step_ids).toEqual(stepIds.slice(0, 1000));
  });

  it('is done with a task that has no documents', async () => {
    const taskId = newTask();
    await ledger.beginDiscovery(taskId, completion);
    await ledger.finishDiscovery(taskId, { stepIds: [], unreachableFiles: 0 });

    const item = await readTask(taskId);
    expect(item).toMatchObject({ status: 'DISCOVERED', step_ids: [], document_count: 0 });
    expect(item).not.toHaveProperty('unfinished');
  });
});

describe('failDiscovery', () => {
  it.each([
    ['PENDING', 'OPEN', /^[0-7]$/],
    ['FAILED', 'FAILED', /^f[0-7]$/],
  ] as const)('leaves an open task whose try was %s as %s, in sight', async (outcome, status, shard) => {
    const taskId = newTask();
    await ledger.beginDiscovery(taskId, completion);
    await ledger.failDiscovery(taskId, failed(outcome, 2));

    expect(await readTask(taskId)).toMatchObject({
      status,
      error,
      not_ready_count: 2,
      unfinished: expect.stringMatching(shard),
    });
  });

  it('is done with a task that the vendor does not have', async () => {
    const taskId = newTask();
    await ledger.beginDiscovery(taskId, completion);
    await ledger.failDiscovery(taskId, failed('NOT_FOUND', 4));

    const item = await readTask(taskId);
    expect(item).toMatchObject({ status: 'NOT_FOUND', error });
    expect(item).not.toHaveProperty('unfinished');
  });

  it('keeps what was discovered before', async () => {
    const taskId = newTask();
    await ledger.finishDiscovery(taskId, found);
    await ledger.failDiscovery(taskId, failed('NOT_FOUND', 4));

    expect(await readTask(taskId)).toMatchObject({
      status: 'DISCOVERED',
      step_ids: ['a', 'b'],
      error,
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
  });

  it('is done with a cancelled task that the vendor does not have', async () => {
    const taskId = newTask();
    await ledger.openTask(taskId, trigger);
    await ledger.cancelTask(taskId);
    await ledger.beginDiscovery(taskId, completion);
    await ledger.failDiscovery(taskId, failed('FAILED'));

    const item = await readTask(taskId);
    expect(item).toMatchObject({ status: 'CANCELED', error });
    expect(item).not.toHaveProperty('unfinished');
  });
});

it('gives up for now when others keep changing the record', async () => {
  const contended: Table = { read: async () => undefined, update: async () => undefined };

  await expect(createTaskLedger(contended).openTask('1', trigger)).rejects.toMatchObject({ code: 'record_contended' });
});

describe('a task that was purged', () => {
  const purge = async (taskId: string) => {
    const change = { set: { status: 'PURGED', reason: 'a law' }, remove: ['unfinished', 'documentCount'] as const };
    await world.table.update({ taskId, stepId: '#task' }, { ...change, condition: 'attribute_exists(#task_id)' });
  };

  it('is found, and no other is', async () => {
    const [purged, other] = [newTask(), newTask()];
    await ledger.openTask(purged, trigger);
    await ledger.openTask(other, trigger);
    await purge(purged);

    expect(await ledger.findPurged(purged)).toMatchObject({ status: 'PURGED', reason: 'a law' });
    expect(await ledger.findPurged(other)).toBeUndefined();
    expect(await ledger.findPurged(newTask())).toBeUndefined();
  });

  it.each([
    [
      'finishDiscovery',
      (late: ReturnType<typeof createTaskLedger>, taskId: string) => late.finishDiscovery(taskId, found),
    ],
    [
      'failDiscovery',
      (late: ReturnType<typeof createTaskLedger>, taskId: string) => late.failDiscovery(taskId, failed('FAILED')),
    ],
    [
      'beginDiscovery',
      (late: ReturnType<typeof createTaskLedger>, taskId: string) => late.beginDiscovery(taskId, completion),
    ],
    ['postponeManifest', (late: ReturnType<typeof createTaskLedger>, taskId: string) => late.postponeManifest(taskId)],
  ])('between the look of %s and its write stays so', async (_, change) => {
    const taskId = newTask();
    await ledger.openTask(taskId, trigger);
    let looks = 0;
    const table: Table = {
      ...world.table,
      read: async (key) => {
        const item = await world.table.read(key);
        if (++looks === 1) await purge(taskId);
        return item;
      },
    };
    await change(createTaskLedger(table), taskId);

    expect(await readTask(taskId)).toMatchObject({ status: 'PURGED', reason: 'a law' });
    expect(await readTask(taskId)).not.toHaveProperty('unfinished');
  });
});

describe('postponeManifest', () => {
  it('leaves a task whose next discovery failed among what failed', async () => {
    const taskId = newTask();
    await ledger.beginDiscovery(taskId, completion);
    await ledger.finishDiscovery(taskId, found);
    const key = { taskId, stepId: '#task' };
    await world.table.update(key, { set: { unfinished: 'f3' }, condition: 'attribute_exists(#task_id)' });
    await ledger.postponeManifest(taskId);

    expect(await readTask(taskId)).toMatchObject({ manifest_pending: true, unfinished: 'f3' });
  });
});
