import { type AttributeValue, type DynamoDBClient, paginateQuery, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

type Item = Record<string, unknown>;
type Options = { dynamo: DynamoDBClient; table: string };

async function* readPages(pages: AsyncIterable<{ Items?: Record<string, AttributeValue>[] | undefined }>) {
  for await (const { Items = [] } of pages) for (const item of Items) yield unmarshall(item);
}

/** Every record of a task, `#task` first, as it is now. */
export const listTaskRecords = ({ dynamo, table }: Options, taskId: string): AsyncGenerator<Item> =>
  readPages(
    paginateQuery(
      { client: dynamo },
      {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'task_id = :task_id',
        ExpressionAttributeValues: { ':task_id': { S: taskId } },
      },
    ),
  );

/** Step and status of every record there is. Reads, and is charged for, the whole table. */
export const scanStatuses = ({ dynamo, table }: Options): AsyncGenerator<Item> =>
  readPages(
    paginateScan(
      { client: dynamo },
      {
        TableName: table,
        ProjectionExpression: 'step_id, #status',
        ExpressionAttributeNames: { '#status': 'status' },
      },
    ),
  );
