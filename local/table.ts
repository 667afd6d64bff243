import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { describeTable } from '../infrastructure/table.ts';
import { type Listening, listenOnLoopback } from './listen-on-loopback.ts';
import { credentials, region } from './local-account.ts';

export type LocalTable = Listening & { tableName: string; client: DynamoDBClient };

/** DynamoDB in this process, in memory, with the archive's table. */
export async function startTable({ port = 0 } = {}): Promise<LocalTable> {
  const dynamo = dynalite({ createTableMs: 1, updateTableMs: 1, deleteTableMs: 1 });
  return createTable(await listenOnLoopback(dynamo, port), 'archive');
}

/** What the deployed table is asked for by, in the very words of the template. */
function readSchema() {
  const { ArchiveTable } = describeTable();
  const { BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = ArchiveTable?.Properties ?? {};
  const schema = { BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes };
  return schema as Omit<CreateTableCommandInput, 'TableName'>;
}

/** The archive's table, as it is deployed, in the DynamoDB that listens there. */
export async function createTable(listening: Listening, tableName: string): Promise<LocalTable> {
  const client = new DynamoDBClient({ endpoint: listening.url, region, credentials });
  await client.send(new CreateTableCommand({ TableName: tableName, ...readSchema() }));
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
