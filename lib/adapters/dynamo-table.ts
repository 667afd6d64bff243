import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type AwsClient, AwsError, callJson } from '../aws-call.ts';
import type { RecordAttributes, Table, TableQueries, TaskPages, TaskQueries } from '../ports.ts';
import { writeName, writeRecord } from '../record.ts';
import { createUnavailable } from '../unavailable.ts';

const FOLLOWED_AT_ONCE = 100;

type Item = Record<string, AttributeValue>;

type Options = { client: AwsClient; tableName: string; now: () => number };

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
  const call = (target: string, input: object, signal?: AbortSignal) =>
    callJson(client, target, { input: { TableName, ...input }, signal });

  async function* query(input: object, signal?: AbortSignal): AsyncGenerator<Record<string, unknown>> {
    let ExclusiveStartKey: Item | undefined;
    do {
      const page = await call('DynamoDB_20120810.Query', { ...input, ExclusiveStartKey }, signal).catch(
        failUnavailable,
      );
      const { Items = [], LastEvaluatedKey } = page as { Items?: Item[]; LastEvaluatedKey?: Item };
      yield* Items.map(readItem);
      ExclusiveStartKey = LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }

  return {
    listUnfinished: (partition, changed) => query(selectUnfinished(partition, changed)),

    listRecords: (taskId, signal) => Array.fromAsync(query(selectTask(taskId), signal)),

    // Whoever needs but the first ones does not pay for a megabyte of them.
    followRecords: (taskId, signal) => query({ ...selectTask(taskId), Limit: FOLLOWED_AT_ONCE }, signal),

    async read({ taskId, stepId }, signal) {
      const input = { Key: marshall({ task_id: taskId, step_id: stepId }), ConsistentRead: true };
      const { Item } = (await call('DynamoDB_20120810.GetItem', input, signal).catch(failUnavailable)) as {
        Item?: Item;
      };
      return Item && readItem(Item);
    },

    async update({ taskId, stepId }, { set, setOnce = {}, add = {}, remove = [], condition, values = {} }) {
      const updatedAt = new Date(now()).toISOString();
      const names: Record<string, string> = {};
      const given: Record<string, unknown> = {};
      const assignments: string[] = [];
      const assign = (attributes: RecordAttributes, write: (name: string) => string) => {
        for (const [name, value] of Object.entries(writeRecord(attributes))) {
          names[`#${name}`] = name;
          given[`:${name}`] = value;
          assignments.push(`#${name} = ${write(name)}`);
        }
      };
      assign({ ...set, updatedAt }, (name) => `:${name}`);
      assign({ schema: 1, createdAt: updatedAt, ...setOnce }, (name) => `if_not_exists(#${name}, :${name})`);
      assign(add, (name) => `if_not_exists(#${name}, :zero) + :${name}`);
      if (Object.keys(add).length > 0) given[':zero'] = 0;
      for (const [name, value] of Object.entries(values)) given[`:${name}`] = value;
      const removed = remove.map(writeName);
      const tested = [...condition.matchAll(/#(\w+)/g)].map(([, name]) => name as string);
      for (const name of [...removed, ...tested]) names[`#${name}`] = name;
      const removal = removed.length > 0 ? ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}` : '';
      const input = {
        Key: marshall({ task_id: taskId, step_id: stepId }),
        UpdateExpression: `SET ${assignments.join(', ')}${removal}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: marshall(given),
        ReturnValues: 'ALL_NEW',
      };
      try {
        const { Attributes } = (await call('DynamoDB_20120810.UpdateItem', input)) as { Attributes: Item };
        return readItem(Attributes);
      } catch (error) {
        if (error instanceof AwsError && error.name === 'ConditionalCheckFailedException') return undefined;
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

/** The query of `listUnfinished`. */
export const selectUnfinished = (
  partition: string,
  { since = new Date(0), until }: Parameters<TableQueries['listUnfinished']>[1],
) => ({
  IndexName: 'unfinished',
  KeyConditionExpression: '#unfinished = :partition AND #updated_at BETWEEN :since AND :until',
  ExpressionAttributeNames: { '#unfinished': 'unfinished', '#updated_at': 'updated_at' },
  ExpressionAttributeValues: marshall({
    ':partition': partition,
    ':since': since.toISOString(),
    ':until': until.toISOString(),
  }),
});

const selectTask = (taskId: string) => ({
  ConsistentRead: true,
  KeyConditionExpression: '#task_id = :task_id',
  ExpressionAttributeNames: { '#task_id': 'task_id' },
  ExpressionAttributeValues: marshall({ ':task_id': taskId }),
});

/** Codes: `table_unavailable`. */
export function failUnavailable(cause: unknown): never {
  throw createUnavailable({ service: 'DynamoDB', stage: 'record', code: 'table_unavailable', cause });
}
