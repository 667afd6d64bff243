import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PermanentError, TransientError } from '../../lib/errors.ts';
import type { RecordAttributes } from '../../lib/ports.ts';
import { chooseShard } from '../../lib/shard.ts';
import { createStepLedger } from '../../lib/step-ledger.ts';
import { createTaskLedger } from '../../lib/task-ledger.ts';
import { DAY_MS, HOUR_MS, startSweepWorld, type SweepWorld } from '../support/sweep-world.ts';

let world: SweepWorld;
beforeEach(async () => {
  world = await startSweepWorld();
});
afterEach(() => world.close());

const TWO_HOURS_MS = 2 * HOUR_MS;
const trigger = { event: 'flows.tasks.completed', eventId: 'evt_1', workflowName: 'NDA' };
const triggerJson = { event: 'flows.tasks.completed', event_id: 'evt_1', workflow_name: 'NDA' };
const error = (code: string) => ({ stage: 'resolve', code, message: 'It is so.' });
const nothing = {
  unfinished: { put_back: 0, finished: 0, gave_up: 0 },
  open: { asked: 0, completed: 0, canceled: 0, failed: 0 },
  failed: { put_back: 0 },
  events: { published: 0, unpublished: 0 },
};

const underWay = (taskId: string) => ({ unfinished: chooseShard(taskId), agoMs: TWO_HOURS_MS, ...trigger });
const heardOf = (taskId: string) => ({
  status: 'OPEN',
  unfinished: `t${chooseShard(taskId)}`,
  agoMs: DAY_MS,
  ...trigger,
});
const failedOf = (taskId: string) => ({ status: 'FAILED', unfinished: `f${chooseShard(taskId)}`, ...trigger });

describe('a document that nobody works on', () => {
  it.each(['PENDING', 'COPYING'])(
    'goes on the queue again when it was unchanged for two hours (%s)',
    async (status) => {
      await world.leave('1', 'a', { ...underWay('1'), status });
      const { counts, sent } = await world.sweep();

      expect(sent).toEqual([{ task_id: '1', step_id: 'a', ...triggerJson }]);
      expect(counts).toEqual({ ...nothing, unfinished: { put_back: 1, finished: 0, gave_up: 0 } });
      expect(await world.readItem('1', 'a')).toMatchObject({
        status,
        sweeps: 1,
        updated_at: new Date(world.now()).toISOString(),
        unfinished: chooseShard('1'),
      });
    },
  );

  it('stays where it is until then', async () => {
    await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING', agoMs: TWO_HOURS_MS - 1 });

    expect(await world.sweep()).toEqual({ counts: nothing, sent: [] });
    expect(await world.readItem('1', 'a')).toMatchObject({ sweeps: 0 });
  });

  it('stays where it is for as long as the vendor may have asked for quiet', async () => {
    await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING', error: error('rate_limited') });
    const before = await world.sweep();
    world.passMs(10 * HOUR_MS);

    expect([before.sent, (await world.sweep()).sent]).toEqual([[], [expect.anything()]]);
  });

  it('stays where it is while somebody holds its lease', async () => {
    const leaseExpiresAt = new Date(world.now() + 1).toISOString();
    await world.leave('1', 'a', { ...underWay('1'), status: 'COPYING', leaseId: 'lease', leaseExpiresAt });

    expect(await world.sweep()).toEqual({ counts: nothing, sent: [] });
  });

  it('goes on the queue again when its lease is over', async () => {
    const leaseExpiresAt = new Date(world.now() - 1).toISOString();
    await world.leave('1', 'a', { ...underWay('1'), status: 'COPYING', leaseId: 'lease', leaseExpiresAt });

    expect((await world.sweep()).sent).toHaveLength(1);
  });

  it('is put back once, however many sweeps find it at the same time', async () => {
    await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING' });
    await Promise.all([world.sweep(), world.sweep(), world.sweep()]);

    expect(world.sent).toHaveLength(1);
    expect(await world.readItem('1', 'a')).toMatchObject({ sweeps: 1 });
  });

  it('is given up once, however many sweeps find it at the same time', async () => {
    await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING', sweeps: 5 });
    const runs = await Promise.all([world.sweep(), world.sweep(), world.sweep()]);

    expect(runs.map(({ counts }) => counts.unfinished.gave_up).toSorted()).toEqual([0, 0, 1]);
  });

  it('is put back every two hours, and given up when it was five times for nothing', async () => {
    await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING', error: error('server_error') });
    const put: number[] = [];
    for (let run = 0; run < 8; run += 1) {
      put.push((await world.sweep()).sent.length);
      world.passMs(TWO_HOURS_MS);
    }

    expect(put).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
    const record = await world.readItem('1', 'a');
    expect(record).toMatchObject({
      status: 'FAILED',
      error: { stage: 'queue', code: 'gave_up', message: expect.any(String) },
      unfinished: `f${chooseShard('1')}`,
      sweeps: 5,
    });
  });

  it('loses the lease of a dead worker when it is given up', async () => {
    const leaseExpiresAt = new Date(world.now() - 1).toISOString();
    await world.leave('1', 'a', { ...underWay('1'), status: 'COPYING', leaseId: 'dead', leaseExpiresAt, sweeps: 5 });
    const { counts } = await world.sweep();

    expect(counts.unfinished).toEqual({ put_back: 0, finished: 0, gave_up: 1 });
    const record = await world.readItem('1', 'a');
    expect(record).toMatchObject({ status: 'FAILED' });
    expect(record).not.toHaveProperty('lease_id');
    expect(record).not.toHaveProperty('lease_expires_at');
  });

  it('stays archived when that it was, and is left in peace after five times', async () => {
    const archived = { status: 'ARCHIVED', key: 'a.pdf', sha256: 'abc', error: error('server_error') };
    await world.leave('1', 'a', { ...underWay('1'), ...archived, sweeps: 4 });
    expect((await world.sweep()).sent).toHaveLength(1);
    world.passMs(TWO_HOURS_MS);
    const { counts, sent } = await world.sweep();

    expect([counts.unfinished.gave_up, sent]).toEqual([1, []]);
    const record = await world.readItem('1', 'a');
    expect(record).toMatchObject({ status: 'ARCHIVED', key: 'a.pdf', sha256: 'abc', error: error('server_error') });
    expect(record).not.toHaveProperty('unfinished');
  });

  it('begins to be counted anew when it was finished in between', async () => {
    await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING', sweeps: 4 });
    const ledger = createStepLedger(world.table, world.now);
    const claim = async () => {
      const lease = { id: String(world.now()), expiresAt: new Date(world.now() + 1000) };
      const claimed = await ledger.claimStep({ taskId: '1', stepId: 'a' }, {}, lease);
      if (!('claimed' in claimed)) throw new Error('busy');
      return { ...claimed, lease };
    };
    const { claimed, lease } = await claim();
    const document = { bucket: 'b', key: 'k', etag: 'e', fileName: 'n', contentType: 't', sizeBytes: 1, sha256: 's' };
    await ledger.finishStep(claimed, lease, { document, trigger: {} });
    expect(await world.readItem('1', 'a')).toMatchObject({ status: 'ARCHIVED', sweeps: 4 });

    expect((await claim()).claimed).toMatchObject({ status: 'ARCHIVED', sweeps: 0, notReadyCount: 0 });
  });
});

describe('a discovery that nobody works on', () => {
  it('goes on the queue again as a task', async () => {
    await world.leave('1', '#task', { ...underWay('1'), status: 'OPEN' });

    expect((await world.sweep()).sent).toEqual([{ task_id: '1', ...triggerJson }]);
    expect(await world.readItem('1', '#task')).toMatchObject({ status: 'OPEN', sweeps: 1 });
  });

  it('is given up after five times', async () => {
    await world.leave('1', '#task', { ...underWay('1'), status: 'OPEN', sweeps: 5 });
    await world.sweep();

    expect(await world.readItem('1', '#task')).toMatchObject({
      status: 'FAILED',
      error: { code: 'gave_up' },
      unfinished: `f${chooseShard('1')}`,
    });
  });

  it('begins to be counted anew when it has found something', async () => {
    await world.leave('1', '#task', { ...underWay('1'), status: 'OPEN', sweeps: 4 });
    await createTaskLedger(world.table).finishDiscovery('1', { stepIds: ['a'], unreachableFiles: 0 });

    expect(await world.readItem('1', '#task')).toMatchObject({ status: 'DISCOVERED', sweeps: 0 });
  });

  it('is made again when its last try failed, whatever was found before', async () => {
    const discovered = { status: 'DISCOVERED', stepIds: ['a'], error: error('server_error') };
    await world.leave('1', '#task', { ...underWay('1'), ...discovered });
    await world.leave('1', 'a', { status: 'ARCHIVED', agoMs: 0 });

    expect((await world.sweep()).sent).toEqual([{ task_id: '1', ...triggerJson }]);
  });

  it('keeps what was found before when it is given up, and is tried again among what failed', async () => {
    const discovered = { status: 'DISCOVERED', stepIds: ['a', 'b'], error: error('server_error'), sweeps: 5 };
    await world.leave('1', '#task', { ...underWay('1'), ...discovered });
    await world.leave('1', 'a', { status: 'ARCHIVED', agoMs: 0 });
    const { counts } = await world.sweep();

    expect(counts.unfinished).toEqual({ put_back: 0, finished: 0, gave_up: 2 });
    expect(await world.readItem('1', '#task')).toMatchObject({
      status: 'DISCOVERED',
      step_ids: ['a', 'b'],
      error: error('server_error'),
      unfinished: `f${chooseShard('1')}`,
    });
    expect(await world.readItem('1', 'b')).toMatchObject({ status: 'FAILED', error: { code: 'gave_up' } });
    world.passMs(DAY_MS);
    expect((await world.sweep()).sent).toContainEqual({ task_id: '1', ...triggerJson });
  });
});

describe('a discovered task', () => {
  const discovered = (stepIds: string[]) => ({ ...underWay('1'), status: 'DISCOVERED', stepIds });

  it('is finished when every step has a record', async () => {
    await world.leave('1', '#task', discovered(['a', 'b']));
    await world.leave('1', 'a', { status: 'ARCHIVED', agoMs: 0 });
    await world.leave('1', 'b', { status: 'NOT_AVAILABLE', agoMs: 0 });
    const { counts, sent } = await world.sweep();

    expect([counts.unfinished, sent]).toEqual([{ put_back: 0, finished: 1, gave_up: 0 }, []]);
    const record = await world.readItem('1', '#task');
    expect(record).toMatchObject({ status: 'DISCOVERED', sweeps: 0 });
    expect(record).not.toHaveProperty('unfinished');
  });

  it('has a message sent for its manifest when that is missing although every document has ended, and stays in sight', async () => {
    await world.leave('1', '#task', { ...discovered(['a']), manifestPending: true });
    await world.leave('1', 'a', { status: 'NOT_AVAILABLE', agoMs: 0 });
    const { counts, sent } = await world.sweep();

    expect([counts.unfinished, sent]).toEqual([{ put_back: 1, finished: 0, gave_up: 0 }, [{ manifest_of: '1' }]]);
    expect(await world.readItem('1', '#task')).toMatchObject({ unfinished: chooseShard('1'), sweeps: 1 });
  });

  it('has one message sent, however many sweeps find it at the same time', async () => {
    await world.leave('1', '#task', { ...discovered(['a']), manifestPending: true });
    await world.leave('1', 'a', { status: 'NOT_AVAILABLE', agoMs: 0 });
    await Promise.all([world.sweep(), world.sweep(), world.sweep()]);

    expect(world.sent).toHaveLength(1);
  });

  it('is finished, and its manifest given up, when it was asked for five times for nothing', async () => {
    await world.leave('1', '#task', { ...discovered(['a']), manifestPending: true, sweeps: 5 });
    await world.leave('1', 'a', { status: 'NOT_AVAILABLE', agoMs: 0 });
    const { counts, sent } = await world.sweep();

    expect([counts.unfinished, sent]).toEqual([{ put_back: 0, finished: 1, gave_up: 1 }, []]);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'gave up', task_id: '1', code: 'manifest_unwritten' }),
    );
  });

  it('is left alone when it was purged since the index was written', async () => {
    await world.leave('1', '#task', { ...discovered(['a']), sweeps: 5 });
    const table = { ...world.table, listRecords: async () => [{ task_id: '1', step_id: '#task', status: 'PURGED' }] };
    const { counts, sent } = await world.sweep({ table });

    expect([counts.unfinished, sent]).toEqual([{ put_back: 0, finished: 0, gave_up: 0 }, []]);
    expect(await world.readItem('1', 'a')).toBeUndefined();
  });

  it('is finished without one while a document has not ended: that one brings it', async () => {
    await world.leave('1', '#task', { ...discovered(['a']), manifestPending: true });
    await world.leave('1', 'a', { status: 'PENDING', agoMs: 0 });
    const { counts, sent } = await world.sweep();

    expect([counts.unfinished, sent]).toEqual([{ put_back: 0, finished: 1, gave_up: 0 }, []]);
  });

  it('has its manifest asked for when the step that nobody claimed is given up', async () => {
    await world.leave('1', '#task', { ...discovered(['a']), manifestPending: true, sweeps: 5 });
    const { sent } = await world.sweep();

    expect(sent).toEqual([{ manifest_of: '1' }]);
  });

  it('gets its manifest two hours after the last of its documents was given up', async () => {
    const { unfinished: _, ...finished } = discovered(['a']);
    await world.leave('1', '#task', finished);
    await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING', sweeps: 5 });
    expect((await world.sweep()).sent).toEqual([]);
    expect(await world.readItem('1', '#task')).toMatchObject({ manifest_pending: true, unfinished: chooseShard('1') });

    world.passMs(TWO_HOURS_MS);
    expect((await world.sweep()).sent).toEqual([{ manifest_of: '1' }]);
  });

  it('is finished, or put back, once, however many sweeps find it at the same time', async () => {
    await world.leave('1', '#task', discovered(['a']));
    const together = () => Promise.all([world.sweep(), world.sweep(), world.sweep()]);
    const putBack = await together();
    await world.leave('1', 'a', { status: 'ARCHIVED', agoMs: 0 });
    world.passMs(TWO_HOURS_MS);
    const finished = await together();

    expect(putBack.map(({ counts }) => counts.unfinished.put_back).toSorted()).toEqual([0, 0, 1]);
    expect(finished.map(({ counts }) => counts.unfinished.finished).toSorted()).toEqual([0, 0, 1]);
  });

  it('has a message sent for each step without a record', async () => {
    await world.leave('1', '#task', discovered(['a', 'b', 'c']));
    await world.leave('1', 'b', { status: 'ARCHIVED', agoMs: 0 });
    const { counts, sent } = await world.sweep();

    expect(sent).toEqual(['a', 'c'].map((step_id) => ({ task_id: '1', step_id, ...triggerJson })));
    expect(counts.unfinished).toEqual({ put_back: 2, finished: 0, gave_up: 0 });
    expect(await world.readItem('1', '#task')).toMatchObject({ status: 'DISCOVERED', sweeps: 1 });
  });

  it('leaves a failed record of each step that nobody claimed after five times, and is finished', async () => {
    await world.leave('1', '#task', { ...discovered(['a', 'b']), sweeps: 5 });
    await world.leave('1', 'b', { status: 'ARCHIVED', agoMs: 0 });
    const { counts, sent } = await world.sweep();

    expect([counts.unfinished, sent]).toEqual([{ put_back: 0, finished: 1, gave_up: 1 }, []]);
    expect(await world.readItem('1', 'a')).toMatchObject({
      status: 'FAILED',
      error: { code: 'gave_up' },
      attempts: 0,
      unfinished: `f${chooseShard('1')}`,
      ...triggerJson,
    });
    expect(await world.readItem('1', 'b')).toMatchObject({ status: 'ARCHIVED' });
    expect(await world.readItem('1', '#task')).not.toHaveProperty('unfinished');
  });
});

describe('a task that was heard of', () => {
  it('is archived when the vendor says that it is completed', async () => {
    await world.leave('1', '#task', heardOf('1'));
    world.answers.set('1', 'completed');
    const { counts, sent } = await world.sweep();

    expect(sent).toEqual([{ task_id: '1', event: 'flows.tasks.completed', workflow_name: 'NDA' }]);
    expect(counts.open).toEqual({ asked: 1, completed: 1, canceled: 0, failed: 0 });
    expect(await world.readItem('1', '#task')).toMatchObject({
      status: 'OPEN',
      sweeps: 1,
      unfinished: chooseShard('1'),
    });
  });

  it('is cancelled when the vendor says so', async () => {
    await world.leave('1', '#task', heardOf('1'));
    world.answers.set('1', 'canceled');
    const { counts, sent } = await world.sweep();

    expect([counts.open.canceled, sent]).toEqual([1, []]);
    const record = await world.readItem('1', '#task');
    expect(record).toMatchObject({ status: 'CANCELED' });
    expect(record).not.toHaveProperty('unfinished');
  });

  it('stays open otherwise, and is asked after once a day', async () => {
    await world.leave('1', '#task', heardOf('1'));
    const asked: number[] = [];
    for (const passMs of [0, 15 * 60_000, 23 * HOUR_MS, HOUR_MS]) {
      world.passMs(passMs);
      asked.push((await world.sweep()).counts.open.asked);
    }

    expect(asked).toEqual([1, 0, 0, 1]);
    expect(world.sent).toEqual([]);
    expect(await world.readItem('1', '#task')).toMatchObject({
      status: 'OPEN',
      sweeps: 0,
      unfinished: `t${chooseShard('1')}`,
    });
  });

  it('is asked after once, however many sweeps find it at the same time', async () => {
    await world.leave('1', '#task', heardOf('1'));
    world.answers.set('1', 'completed');
    await Promise.all([world.sweep(), world.sweep(), world.sweep()]);

    expect([world.asked, world.sent.length]).toEqual([['1'], 1]);
  });

  it('is left alone when its completion comes while the vendor is asked', async () => {
    await world.leave('1', '#task', heardOf('1'));
    const readTaskStatus = async () => {
      world.passMs(1);
      await createTaskLedger(world.table).beginDiscovery('1', trigger);
      return 'completed' as const;
    };
    const { counts, sent } = await world.sweep({ workflowApi: { readTaskStatus } });

    expect([counts.open.completed, sent]).toEqual([0, []]);
    expect(await world.readItem('1', '#task')).toMatchObject({ sweeps: 0 });
  });

  it('is asked after at five a second at most', async () => {
    for (const taskId of ['1', '2', '3']) await world.leave(taskId, '#task', heardOf(taskId));
    await world.sweep();

    expect(world.asked.toSorted()).toEqual(['1', '2', '3']);
    expect(world.waits).toEqual([200, 200]);
  });

  const transient = (retry = {}) =>
    new TransientError({ stage: 'discover', code: 'server_error', message: 'It is so.', retry });

  const invalid = () => new PermanentError({ stage: 'discover', code: 'invalid_answer', message: 'HTML.' });

  const manyTasks = ['1', '2', '3', '4', '5', '6'];
  async function askAfterMany(answers: (Error | undefined)[]) {
    for (const taskId of manyTasks) await world.leave(taskId, '#task', heardOf(taskId));
    let count = 0;
    const readTaskStatus = async () => {
      const answer = answers[count++];
      if (answer) throw answer;
      return 'open' as const;
    };
    return (await world.sweep({ workflowApi: { readTaskStatus } })).counts.open;
  }

  it.each([
    ['wants quiet', [transient({ brake: true })], 1],
    ['fails three times in a row', [transient(), transient(), transient()], 3],
    ['gives no valid answer three times in a row', [invalid(), invalid(), invalid()], 3],
  ])('waits for the next run when the vendor %s', async (_, answers, asked) => {
    expect(await askAfterMany(answers)).toEqual({ asked, completed: 0, canceled: 0, failed: answers.length });
  });

  it.each([
    ['a task is not found', transient({ notReady: 'NOT_FOUND' })],
    ['a task cannot be read', new PermanentError({ stage: 'discover', code: 'id_refused', message: 'No.' })],
  ])('does not wait because %s', async (_, answer) => {
    expect(await askAfterMany(Array(5).fill(answer))).toMatchObject({ asked: 6, failed: 5 });
  });

  it('does not wait because the vendor fails now and then', async () => {
    const answers = [transient(), transient(), undefined, transient(), transient()];

    expect(await askAfterMany(answers)).toMatchObject({ asked: 6 });
  });

  it('begins to be counted anew when it is completed', async () => {
    await world.leave('1', '#task', { ...heardOf('1'), sweeps: 7 });
    await createTaskLedger(world.table).beginDiscovery('1', {});

    expect(await world.readItem('1', '#task')).toMatchObject({ sweeps: 0, unfinished: chooseShard('1') });
  });
});

describe('what failed', () => {
  const leaveFailed = (code: string, more: Partial<RecordAttributes> & { agoMs: number }, stepId = 'a') =>
    world.leave('1', stepId, { ...failedOf('1'), error: error(code), ...more });

  it.each(['server_error', 'unauthorized', 'content_mismatch', 'gave_up', 'nobody_knows'])(
    'goes on the queue again after a day when it can pass (%s)',
    async (code) => {
      await leaveFailed(code, { agoMs: DAY_MS });
      const { counts, sent } = await world.sweep();

      expect(sent).toEqual([{ task_id: '1', step_id: 'a', ...triggerJson }]);
      expect(counts).toEqual({ ...nothing, failed: { put_back: 1 } });
      expect(await world.readItem('1', 'a')).toMatchObject({
        status: 'FAILED',
        sweeps: 1,
        unfinished: `f${chooseShard('1')}`,
      });
    },
  );

  it('goes on the queue again as a task when it was a discovery', async () => {
    await leaveFailed('server_error', { agoMs: DAY_MS }, '#task');

    expect((await world.sweep()).sent).toEqual([{ task_id: '1', ...triggerJson }]);
  });

  it.each(['too_large', 'url_forbidden', 'invalid_answer', 'id_refused'])(
    'stays for the operator when it failed for good (%s)',
    async (code) => {
      await leaveFailed(code, { agoMs: DAY_MS });

      expect(await world.sweep()).toEqual({ counts: nothing, sent: [] });
      expect(await world.readItem('1', 'a')).toMatchObject({ sweeps: 0 });
    },
  );

  it.each([
    ['goes on for fourteen days after what set it off, where that was later', -2 * DAY_MS, 1],
    ['goes on no longer for an event of the future', DAY_MS, 0],
    ['goes on no longer when nobody knows when that was', undefined, 0],
  ])('%s', async (_, occurredMs, messages) => {
    await leaveFailed('server_error', { agoMs: 20 * DAY_MS });
    const occurredAt = occurredMs === undefined ? 'some day' : new Date(world.now() + occurredMs).toISOString();
    world.passMs(-DAY_MS);
    const condition = 'attribute_exists(#task_id)';
    await world.table.update({ taskId: '1', stepId: 'a' }, { set: { occurredAt }, condition });
    world.passMs(DAY_MS);

    expect((await world.sweep()).sent).toHaveLength(messages);
  });

  it('is put back once, however many sweeps find it at the same time', async () => {
    await leaveFailed('server_error', { agoMs: DAY_MS });
    await Promise.all([world.sweep(), world.sweep(), world.sweep()]);

    expect(world.sent).toHaveLength(1);
  });

  it('goes on the queue again once a day for fourteen days', async () => {
    await leaveFailed('server_error', { agoMs: 0 });
    const put: number[] = [];
    for (let day = 0; day < 16; day += 1) {
      const [first, second] = [await world.sweep(), await world.sweep()];
      put.push(first.sent.length + second.sent.length);
      world.passMs(DAY_MS);
    }

    expect(put).toEqual([0, ...Array(14).fill(1), 0]);
  });
});

it('does nothing about a record that somebody else has changed since it was listed', async () => {
  await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING' });
  await world.leave('2', 'a', { ...underWay('2'), status: 'PENDING', sweeps: 5 });
  await world.leave('3', '#task', { ...underWay('3'), status: 'DISCOVERED' });
  await world.leave('4', '#task', heardOf('4'));
  await world.leave('5', 'a', { ...failedOf('5'), error: error('server_error'), agoMs: DAY_MS });
  const changed = { ...world.table, update: async () => undefined };

  expect(await world.sweep({ table: changed })).toEqual({ counts: nothing, sent: [] });
  expect(world.asked).toEqual([]);
});

it('gives each kind its turn when another fails, and fails in the end', async () => {
  await world.leave('1', 'a', { ...failedOf('1'), error: error('server_error'), agoMs: DAY_MS });
  await world.leave('2', '#task', heardOf('2'));
  await world.leave('3', 'a', { ...underWay('3'), status: 'PENDING' });
  const queueDown = new TransientError({ stage: 'queue', code: 'queue_unavailable', message: 'SQS failed.' });
  const sendAll = async (bodies: readonly string[]) => {
    if (bodies.some((body) => body.includes('"3"'))) throw queueDown;
    world.sent.push(...bodies);
  };

  await expect(world.sweep({ queue: { sendAll } })).rejects.toBe(queueDown);
  expect(world.sent).toHaveLength(1);
  expect(world.asked).toEqual(['2']);
  expect(world.lines).toContainEqual({
    level: 'error',
    message: 'sweep failed',
    kind: 'unfinished',
    stage: 'queue',
    code: 'queue_unavailable',
    reason: 'SQS failed.',
  });
});

it('leaves one line with its counts', async () => {
  await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING' });
  const { counts } = await world.sweep();

  expect(world.lines).toEqual([{ level: 'info', message: 'sweep', ...counts, ms: 0, request_id: expect.any(String) }]);
});

it('begins nothing more with less than a minute left', async () => {
  await world.leave('1', 'a', { ...underWay('1'), status: 'PENDING' });

  expect(await world.sweep({}, () => 60_000)).toEqual({ counts: nothing, sent: [] });
});
