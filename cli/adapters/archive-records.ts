import {
  type AttributeValue,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** A record as it lies in the table, in the names of the contract; what it holds is not known to be right. */
export type StoredItem = { task_id: string; step_id: string } & Record<string, unknown>;
export type ItemKey = Pick<StoredItem, 'task_id' | 'step_id'>;

/** A record that somebody spoilt must not end a scan: a number that is none here stays as it is written. */
const readNumber = (written: string): number | string =>
  Number.isSafeInteger(Number(written)) || !Number.isInteger(Number(written)) ? Number(written) : written;

const readItem = (item: Record<string, AttributeValue>) => unmarshall(item, { wrapNumbers: readNumber }) as StoredItem;

type Page = { Items?: Record<string, AttributeValue>[] | undefined };

async function* readPages(pages: AsyncIterable<Page>): AsyncGenerator<StoredItem> {
  for await (const { Items = [] } of pages) {
    yield* Items.map(readItem);
  }
}

/** Reads the table, page after page; never writes. Refusals come as AWS worded them. */
export function createArchiveRecords({ client, table: TableName }: { client: DynamoDBClient; table: string }) {
  return {
    /** Every record, in no order. */
    scan: (abortSignal: AbortSignal) => readPages(paginateScan({ client }, { TableName }, { abortSignal })),

    /** Every record of a task, as it is now. */
    listTask: (taskId: string, abortSignal: AbortSignal) =>
      readPages(
        paginateQuery(
          { client },
          {
            TableName,
            ConsistentRead: true,
            KeyConditionExpression: 'task_id = :task_id',
            ExpressionAttributeValues: marshall({ ':task_id': taskId }),
          },
          { abortSignal },
        ),
      ),

    /** One record, as it is now. */
    async read({ task_id, step_id }: ItemKey, abortSignal: AbortSignal): Promise<StoredItem | undefined> {
      const command = new GetItemCommand({ TableName, ConsistentRead: true, Key: marshall({ task_id, step_id }) });
      const { Item } = await client.send(command, { abortSignal });
      return Item && readItem(Item);
    },

    /** About how many there are, by DynamoDB's own count of some hours ago; undefined where it does not say. */
    async countRoughly(abortSignal: AbortSignal): Promise<number | undefined> {
      const described = await client
        .send(new DescribeTableCommand({ TableName }), { abortSignal })
        .catch(() => undefined);
      return described?.Table?.ItemCount;
    },
  };
}

export type ArchiveRecords = ReturnType<typeof createArchiveRecords>;
