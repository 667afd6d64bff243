import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDynamoTable } from '../../../lib/adapters/dynamo-table.ts';
import { connectTestClient, createFakeAws } from '../../support/aws-clients.ts';
import { type LedgerWorld, startLedgerWorld } from '../../support/ledger-world.ts';

let world: LedgerWorld;
beforeAll(async () => {
  world = await startLedgerWorld();
});
afterAll(() => world?.close());

const HOUR_MS = 3600_000;

async function leave(taskId: string, stepId: string, set: Record<string, unknown>) {
  await world.table.update({ taskId, stepId }, { set, condition: 'attribute_not_exists(#task_id)' });
}

const listTasks = async (partition: string, changed: { since?: Date; until: Date }) =>
  Array.fromAsync(world.table.listUnfinished(partition, changed), ({ task_id }) => task_id);

describe('listUnfinished', () => {
  it('lists one partition, the longest unchanged first, within its time', async () => {
    const start = world.now();
    for (const taskId of ['c', 'a', 'b', 'd']) {
      await leave(taskId, 'a', { unfinished: 't3' });
      world.passMs(HOUR_MS);
    }
    await leave('other', 'a', { unfinished: '3' });
    await leave('finished', 'a', { status: 'ARCHIVED' });
    const hour = (count: number) => new Date(start + count * HOUR_MS);

    expect(await listTasks('t3', { until: hour(2) })).toEqual(['c', 'a', 'b']);
    expect(await listTasks('t3', { since: hour(1), until: hour(2) })).toEqual(['a', 'b']);
    expect(await listTasks('t4', { until: hour(9) })).toEqual([]);
  });

  it('gives every attribute of a record', async () => {
    await leave('whole', 'a', { unfinished: 'f1', status: 'FAILED', error: { code: 'too_large' } });
    const [item] = await Array.fromAsync(world.table.listUnfinished('f1', { until: new Date(world.now()) }));

    expect(item).toEqual(await world.readItem('whole', 'a'));
  });

  it('follows pages', async () => {
    const fileName = 'n'.repeat(350_000);
    for (let number = 0; number < 5; number += 1) await leave(`big_${number}`, 'a', { unfinished: '5', fileName });

    expect(await listTasks('5', { until: new Date(world.now()) })).toHaveLength(5);
  });
});

describe('followRecords', () => {
  const listStepIds = (taskId: string) => Array.fromAsync(world.table.followRecords(taskId), ({ step_id }) => step_id);

  it('gives the records of a task one after the other, over as many pages as it takes', async () => {
    const stepIds = ['#task', ...Array.from({ length: 120 }, (_, number) => `step_${1000 + number}`)];
    for (const stepId of stepIds) await leave('followed', stepId, {});
    await leave('followed_by_another', 'a', {});

    expect(await listStepIds('followed')).toEqual(stepIds);
    expect(await listStepIds('nobody')).toEqual([]);
  });

  it('asks for no more than a page where the first record is enough', async () => {
    const page = { Items: [{ step_id: { S: '#task' } }], LastEvaluatedKey: { step_id: { S: '#task' } } };
    const { client, calls } = createFakeAws(page);
    const table = createDynamoTable({ client, tableName: 'archive', now: () => 0 });
    for await (const { step_id } of table.followRecords('1')) if (step_id === '#task') break;

    expect(calls).toEqual([[expect.any(String), expect.objectContaining({ Limit: 100, ConsistentRead: true })]]);
  });
});

describe('listRecords', () => {
  it('gives every record of a task, and every attribute of each, over as many pages as it takes', async () => {
    const fileName = 'n'.repeat(350_000);
    const stepIds = ['#task', 'a', 'b', 'c', 'd'];
    for (const stepId of stepIds) await leave('listed', stepId, { fileName });
    await leave('listed_of_another', 'a', {});
    const items = await Promise.all(stepIds.map((stepId) => world.readItem('listed', stepId)));

    expect(await world.table.listRecords('listed')).toEqual(items);
    expect(await world.table.listRecords('nobody')).toEqual([]);
  });
});

it('takes a table that cannot be reached for a failure that will pass', async () => {
  const client = connectTestClient('dynamodb', 'http://127.0.0.1:1');
  const table = createDynamoTable({ client, tableName: 'archive', now: () => 0 });

  await expect(table.listRecords('1')).rejects.toMatchObject({ name: 'TransientError', code: 'table_unavailable' });
});
