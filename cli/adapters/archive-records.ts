import { DescribeTableCommand, GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { listTaskItems, readItem, readPages, type StoredItem, type TableOptions } from './stored-items.ts';

export type ItemKey = Pick<StoredItem, 'task_id' | 'step_id'>;

/** Reads the table, page after page; never writes. Refusals come as AWS worded them. */
export function createArchiveRecords({ dynamo, table: TableName }: TableOptions) {
  return {
    /** Every record, in no order. */
    scan: (abortSignal: AbortSignal) => readPages(paginateScan({ client: dynamo }, { TableName }, { abortSignal })),

    /** Every record of a task, as it is now. */
    listTask: (taskId: string, abortSignal: AbortSignal) =>
      listTaskItems({ dynamo, table: TableName }, taskId, abortSignal),

    /** One record, as it is now. */
    async read({ task_id, step_id }: ItemKey, abortSignal: AbortSignal): Promise<StoredItem | undefined> {
      const command = new GetItemCommand({ TableName, ConsistentRead: true, Key: marshall({ task_id, step_id }) });
      const { Item } = await dynamo.send(command, { abortSignal });
      return Item && readItem(Item);
    },

    /** About how many there are, by DynamoDB's own count of some hours ago; undefined where it does not say. */
    async countRoughly(abortSignal: AbortSignal): Promise<number | undefined> {
      const described = await dynamo
        .send(new DescribeTableCommand({ TableName }), { abortSignal })
        .catch(() => undefined);
      return described?.Table?.ItemCount;
    },
  };
}

export type ArchiveRecords = ReturnType<typeof createArchiveRecords>;
