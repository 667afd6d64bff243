import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { createDynamoTable } from '../../lib/adapters/dynamo-table.ts';
import { connectTestClient } from './aws-clients.ts';
import { startTestTable } from './services.ts';

/** The real table adapter on a DynamoDB, with a clock that stands still until it is moved. */
export async function startLedgerWorld() {
  const local = await startTestTable();
  let clock = Date.parse('2026-03-02T12:00:00.000Z');
  const now = () => clock;
  return {
    now,
    passMs: (ms: number) => {
      clock += ms;
    },
    table: createDynamoTable({ client: connectTestClient('dynamodb', local.url), tableName: local.tableName, now }),
    /** The record as it lies in the table. */
    readItem: async (taskId: string, stepId: string) => {
      const Key = marshall({ task_id: taskId, step_id: stepId });
      const { Item } = await local.client.send(new GetItemCommand({ TableName: local.tableName, Key }));
      return Item && unmarshall(Item);
    },
    close: local.close,
  };
}

export type LedgerWorld = Awaited<ReturnType<typeof startLedgerWorld>>;
