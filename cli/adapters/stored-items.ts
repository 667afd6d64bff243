import { type AttributeValue, type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { readItem as readAttributes } from '../../lib/adapters/dynamo-table.ts';

/** A record as it lies in the table, in the names of the contract; what it holds is not known to be right. */
export type StoredItem = { task_id: string; step_id: string } & Record<string, unknown>;

/** Where the records are. */
export type TableOptions = { dynamo: DynamoDBClient; table: string };

export const readItem = (item: Record<string, AttributeValue>): StoredItem => readAttributes(item) as StoredItem;

type Page = { Items?: Record<string, AttributeValue>[] | undefined };

/** The records of pages, as they come. */
export async function* readPages(pages: AsyncIterable<Page>): AsyncGenerator<StoredItem> {
  for await (const { Items = [] } of pages) yield* Items.map(readItem);
}

/** Every record of a task, as it is now. */
export function listTaskItems({ dynamo, table }: TableOptions, taskId: string, abortSignal?: AbortSignal) {
  const query = {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: 'task_id = :task_id',
    ExpressionAttributeValues: marshall({ ':task_id': taskId }),
  };
  return readPages(paginateQuery({ client: dynamo }, query, abortSignal && { abortSignal }));
}
