import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { type Listening, listenOnLoopback } from './listen-on-loopback.ts';
import { credentials, region } from './local-account.ts';

export type LocalTable = Listening & { tableName: string; client: DynamoDBClient };

/** DynamoDB in this process, in memory, with the archive's table. */
export async function startTable({ port = 0 } = {}): Promise<LocalTable> {
  const dynamo = dynalite({ createTableMs: 1, updateTableMs: 1, deleteTableMs: 1 });
  return createTable(await listenOnLoopback(dynamo, port), 'archive');
}

/** The archive's table, as serverless.yml sets it up, in the DynamoDB that listens there. */
export async function createTable(listening: Listening, tableName: string): Promise<LocalTable> {
  const client = new DynamoDBClient({ endpoint: listening.url, region, credentials });
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'task_id', AttributeType: 'S' },
        { AttributeName: 'step_id', AttributeType: 'S' },
        { AttributeName: 'unfinished', AttributeType: 'S' },
        { AttributeName: 'updated_at', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'task_id', KeyType: 'HASH' },
        { AttributeName: 'step_id', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'unfinished',
          KeySchema: [
            { AttributeName: 'unfinished', KeyType: 'HASH' },
            { AttributeName: 'updated_at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.1 }, { TableName: tableName });
  return {
    ...listening,
    tableName,
    client,
    close: async () => {
      client.destroy();
      await listening.close();
    },
  };
}
