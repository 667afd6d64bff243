import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDynamoTable } from '../../../lib/adapters/dynamo-table.ts';
import { AwsError } from '../../../lib/aws-call.ts';
import { createFakeAws } from '../../support/aws-clients.ts';
import { type LedgerWorld, startLedgerWorld } from '../../support/ledger-world.ts';

const key = { taskId: '1', stepId: 'a' };

function createTable(answer: object | Error) {
  const { client, calls } = createFakeAws(answer);
  return { ...createDynamoTable({ client, tableName: 'archive', now: () => 0 }), calls };
}

it('reads consistently', async () => {
  const { read, calls } = createTable({ Item: { status: { S: 'PENDING' } } });

  expect(await read(key)).toEqual({ status: 'PENDING' });
  const input = { TableName: 'archive', ConsistentRead: true, Key: { task_id: { S: '1' }, step_id: { S: 'a' } } };
  expect(calls).toEqual([['DynamoDB_20120810.GetItem', input]]);
});

it('lists the records of a task consistently', async () => {
  const { listRecords, calls } = createTable({ Items: [{ status: { S: 'PENDING' } }] });

  expect(await listRecords('1')).toEqual([{ status: 'PENDING' }]);
  const input = expect.objectContaining({ TableName: 'archive', ConsistentRead: true });
  expect(calls).toEqual([['DynamoDB_20120810.Query', input]]);
});

describe('a number that none is here, spoilt by hand, stays as it is written', () => {
  const spoilt = { sweeps: { N: '2e99' }, size_bytes: { N: '9007199254740993' }, attempts: { N: '2' } };
  const read = { sweeps: '2e99', size_bytes: '9007199254740993', attempts: 2 };

  it('in a record', async () => {
    expect(await createTable({ Item: spoilt }).read(key)).toEqual(read);
  });

  it('in a list, where it hides no other record', async () => {
    const table = createTable({ Items: [spoilt, { status: { S: 'PENDING' } }] });

    expect(await table.listRecords('1')).toEqual([read, { status: 'PENDING' }]);
  });

  it('in a record that was changed', async () => {
    const table = createTable({ Attributes: spoilt });

    expect(await table.update(key, { set: {}, condition: '#status = :status' })).toEqual(read);
  });
});

it('takes a throttled read for a failure that will pass', async () => {
  const { read } = createTable(Object.assign(new Error('table/secret'), { name: 'Throttled' }));

  const failure = await read(key).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'TransientError', code: 'table_unavailable', stage: 'record' });
  expect((failure as Error).message).not.toContain('secret');
});

it.each([true, false])(
  'takes a failed write for one that will pass, and says whether it was throttled (%s)',
  async (isThrottled) => {
    const { update } = createTable(new AwsError({ name: 'Any', status: 400, isThrottled }));

    await expect(update(key, { set: { status: 'PENDING' }, condition: '#status = :status' })).rejects.toMatchObject({
      code: 'table_unavailable',
      retry: { throttled: isThrottled },
    });
  },
);

describe('an update', () => {
  const isNew = 'attribute_not_exists(#task_id)';
  let world: LedgerWorld;
  let count = 0;
  beforeAll(async () => {
    world = await startLedgerWorld();
  });
  afterAll(() => world?.close());

  const newKey = () => ({ taskId: `task_${++count}`, stepId: 'a' });

  it('sets, sets once, adds, removes and tests in one request, and answers with the record as it is now', async () => {
    const step = newKey();
    const error = { stage: 'resolve', code: 'server_error', message: '' };
    const setOnce = { notReadyCount: 0, sweeps: 0 };
    const first = {
      set: { status: 'PENDING', event: 'first', error },
      setOnce,
      add: { attempts: 1 },
      condition: isNew,
    };
    const created = await world.table.update(step, first);
    world.passMs(1_000);
    const changed = await world.table.update(step, {
      set: { status: 'COPYING', leaseId: 'lease', notReadyCount: 2 },
      setOnce: { sweeps: 7 },
      add: { attempts: 2 },
      remove: ['error', 'event', 'eventId'],
      condition:
        '#status IN (:pending, :status) AND (attribute_not_exists(#lease_expires_at) OR #lease_expires_at < :now)',
      values: { pending: 'PENDING', now: '2026' },
    });

    const { error: _, event: __, ...kept } = created ?? {};
    expect(changed).toEqual({
      ...kept,
      status: 'COPYING',
      lease_id: 'lease',
      attempts: 3,
      not_ready_count: 2,
      sweeps: 0,
      updated_at: new Date(world.now()).toISOString(),
    });
    expect(await world.table.read(step)).toEqual(changed);
  });

  it('changes nothing and answers nothing when its condition does not hold', async () => {
    const step = newKey();
    const created = await world.table.update(step, { set: { status: 'PENDING' }, condition: isNew });
    world.passMs(1_000);

    expect(await world.table.update(step, { set: { status: 'FAILED' }, condition: isNew })).toBeUndefined();
    expect(await world.table.read(step)).toEqual(created);
  });

  it('leaves no record of a step that was not there and should have been', async () => {
    const step = newKey();
    const condition = '#lease_id = :held';

    expect(
      await world.table.update(step, { set: { status: 'FAILED' }, condition, values: { held: 'lease' } }),
    ).toBeUndefined();
    expect(await world.table.read(step)).toBeUndefined();
  });

  it('takes the largest record of the contract', async () => {
    const stepIds = Array.from({ length: 1000 }, (_, index) => `${index}`.padEnd(128, '_'));
    const message = 'ä'.repeat(512);
    const texts = ['eventId', 'organizationId', 'workflowId', 'workflowName', 'occurredAt'] as const;
    const set = {
      stepIds,
      ...Object.fromEntries(texts.map((name) => [name, '漢'.repeat(1024)])),
      fileName: 'ä'.repeat(2048),
      error: { stage: 'discover', code: 'server_error', message },
    };

    expect(await world.table.update(newKey(), { set, condition: isNew })).toMatchObject({ step_ids: stepIds });
  });
});
