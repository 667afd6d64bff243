import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { isThrottlingError } from '@smithy/core/retry';
import type { Table, TableQueries, TaskPages, TaskQueries } from '../ports.ts';
import { writeName, writeRecord } from '../record.ts';
import { createUnavailable } from '../unavailable.ts';

const FOLLOWED_AT_ONCE = 100;

type Options = { client: DynamoDBClient; tableName: string; now: () => number };

/**
 * The table of records. Every write is one conditional update, so that a race has one winner.
 *
 * Codes: `table_unavailable`.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
 */
export function createDynamoTable({
  client,
  tableName: TableName,
  now,
}: Options): Table & TableQueries & TaskQueries & TaskPages {
  async function* query(
    input: Omit<QueryCommandInput, 'TableName'>,
    signal?: AbortSignal,
  ): AsyncGenerator<Record<string, unknown>> {
    try {
      for await (const { Items = [] } of paginateQuery({ client }, { ...input, TableName }, untilAborted(signal))) {
        for (const item of Items) yield readItem(item);
      }
    } catch (error) {
      failUnavailable(error);
    }
  }

  return {
    listUnfinished: (partition, { since = new Date(0), until }) =>
      query({
        IndexName: 'unfinished',
        KeyConditionExpression: '#unfinished = :partition AND #updated_at BETWEEN :since AND :until',
        ExpressionAttributeNames: { '#unfinished': 'unfinished', '#updated_at': 'updated_at' },
        ExpressionAttributeValues: marshall({
          ':partition': partition,
          ':since': since.toISOString(),
          ':until': until.toISOString(),
        }),
      }),

    listRecords: (taskId, signal) => Array.fromAsync(query(selectTask(taskId), signal)),

    // Whoever needs but the first ones does not pay for a megabyte of them.
    followRecords: (taskId, signal) => query({ ...selectTask(taskId), Limit: FOLLOWED_AT_ONCE }, signal),

    async read({ taskId, stepId }, signal) {
      const command = new GetItemCommand({
        TableName,
        Key: marshall({ task_id: taskId, step_id: stepId }),
        ConsistentRead: true,
      });
      const { Item } = await client.send(command, untilAborted(signal)).catch(failUnavailable);
      return Item && readItem(Item);
    },

    async update({ taskId, stepId }, { set, setOnce = {}, add = {}, remove = [], condition, values = {} }) {
      const updatedAt = new Date(now()).toISOString();
      const changed = writeRecord({ ...set, updatedAt });
      const initial = writeRecord({ schema: 1, createdAt: updatedAt, ...setOnce });
      const added = writeRecord(add);
      const removed = remove.map(writeName);
      const tested = [...condition.matchAll(/#(\w+)/g)].map(([, name]) => name as string);
      const assignments = [
        ...Object.keys(changed).map((name) => `#${name} = :${name}`),
        ...Object.keys(initial).map((name) => `#${name} = if_not_exists(#${name}, :${name})`),
        ...Object.keys(added).map((name) => `#${name} = if_not_exists(#${name}, :zero) + :${name}`),
      ];
      const removal = removed.length > 0 ? ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}` : '';
      const names = [...Object.keys({ ...changed, ...initial, ...added }), ...removed, ...tested];
      const zero = Object.keys(added).length > 0 ? { zero: 0 } : {};
      const command = new UpdateItemCommand({
        TableName,
        Key: marshall({ task_id: taskId, step_id: stepId }),
        UpdateExpression: `SET ${assignments.join(', ')}${removal}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(marshall({ ...changed, ...initial, ...added, ...zero, ...values })).map(([name, value]) => [
            `:${name}`,
            value,
          ]),
        ),
        ReturnValues: 'ALL_NEW',
      });
      try {
        const { Attributes } = await client.send(command);
        return readItem(Attributes as Record<string, AttributeValue>);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        return failUnavailable(error);
      }
    },
  };
}

/** A record that somebody spoilt must not hide the others: a number that is none here stays as it is written. */
const readNumber = (written: string): number | string =>
  Number.isSafeInteger(Number(written)) || !Number.isInteger(Number(written)) ? Number(written) : written;

/** A record as it lies in the table; what it holds is not known to be right. */
export const readItem = (item: Record<string, AttributeValue>): Record<string, unknown> =>
  unmarshall(item, { wrapNumbers: readNumber });

const untilAborted = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});

const selectTask = (taskId: string) => ({
  ConsistentRead: true,
  KeyConditionExpression: '#task_id = :task_id',
  ExpressionAttributeNames: { '#task_id': 'task_id' },
  ExpressionAttributeValues: marshall({ ':task_id': taskId }),
});

function failUnavailable(cause: unknown): never {
  const isThrottled = isThrottlingError(cause as Error & { cause?: Error });
  throw createUnavailable({ service: 'DynamoDB', stage: 'record', code: 'table_unavailable', cause, isThrottled });
}
