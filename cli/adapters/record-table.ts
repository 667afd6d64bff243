import { type DynamoDBClient, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { failUnavailable, selectUnfinished } from '../../lib/adapters/dynamo-table.ts';
import type { StepId, Table, TableQueries } from '../../lib/ports.ts';
import { readItem, readPages } from './stored-items.ts';

type Options = { dynamo: DynamoDBClient; table: string };

/** The table as the functions read it, by the operator's own profile. Codes: `table_unavailable`. */
export function createRecordTable({
  dynamo,
  table: TableName,
}: Options): Pick<Table, 'read'> & Pick<TableQueries, 'listUnfinished'> {
  return {
    async read({ taskId, stepId }: StepId) {
      const Key = marshall({ task_id: taskId, step_id: stepId });
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
      const { Item } = await dynamo.send(command).catch(failUnavailable);
      return Item && readItem(Item);
    },

    async *listUnfinished(partition, changed) {
      const query = { TableName, ...selectUnfinished(partition, changed) };
      try {
        yield* readPages(paginateQuery({ client: dynamo }, query));
      } catch (cause) {
        failUnavailable(cause);
      }
    },
  };
}
