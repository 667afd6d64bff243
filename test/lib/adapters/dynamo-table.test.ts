import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createDynamoTable } from '../../../lib/adapters/dynamo-table.ts';

const dynamo = mockClient(DynamoDBClient);
const client = new DynamoDBClient({ region: 'eu-central-1' });
const table = createDynamoTable({ client, tableName: 'archive', now: () => 0 });
const key = { taskId: '1', stepId: 'a' };

afterEach(() => void dynamo.reset());

it('reads consistently', async () => {
  dynamo
    .on(GetItemCommand, {
      TableName: 'archive',
      ConsistentRead: true,
      Key: { task_id: { S: '1' }, step_id: { S: 'a' } },
    })
    .resolves({ Item: { status: { S: 'PENDING' } } });

  expect(await table.read(key)).toEqual({ status: 'PENDING' });
});

it('takes a throttled read for a failure that will pass', async () => {
  dynamo.on(GetItemCommand).rejects({ name: 'ProvisionedThroughputExceededException', message: 'table/secret' });

  const failure = await table.read(key).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'TransientError', code: 'table_unavailable', stage: 'record' });
  expect((failure as Error).message).not.toContain('secret');
});

it('takes a throttled write for a failure that will pass', async () => {
  dynamo.on(UpdateItemCommand).rejects({ name: 'ThrottlingException' });

  await expect(table.update(key, { set: { status: 'PENDING' }, condition: '#status = :status' })).rejects.toMatchObject(
    {
      code: 'table_unavailable',
    },
  );
});

it.each([
  ['ProvisionedThroughputExceededException', true],
  ['ThrottlingException', true],
  ['InternalServerError', false],
])('says whether AWS asked for patience (%s)', async (name, throttled) => {
  dynamo.on(UpdateItemCommand).rejects({ name });

  await expect(table.update(key, { set: {}, condition: '#status = :status' })).rejects.toMatchObject({
    retry: { throttled },
  });
});
