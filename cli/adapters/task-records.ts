import { BatchGetItemCommand, type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { TASK_STEP_ID } from '../../lib/record.ts';
import type { Context } from '../context.ts';

/** The most that one BatchGetItem asks for. */
export const MAX_TASKS_AT_ONCE = 100;
const RETRY_MS = 500;

/** A record in the names of the contract. */
export type Item = Record<string, unknown>;

export type TaskRecords = {
  /** The `#task` records of at most 100 tasks, by their task; of those that have one. */
  readTasks: (taskIds: readonly string[]) => Promise<Map<string, Item>>;
  /** Everything that is known of a task. */
  readAll: (taskId: string) => Promise<Item[]>;
};

type Options = { dynamo: DynamoDBClient; table: string } & Pick<Context, 'wait' | 'signal'>;

/**
 * Records of tasks, as they are now.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export function createTaskRecords({ dynamo, table, wait, signal }: Options): TaskRecords {
  return {
    async readTasks(taskIds) {
      const found = new Map<string, Item>();
      let Keys = taskIds.map((taskId) => marshall({ task_id: taskId, step_id: TASK_STEP_ID }));
      for (let tries = 1; Keys.length > 0; tries += 1) {
        const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } });
        const { Responses = {}, UnprocessedKeys = {} } = await dynamo.send(command);
        const items = (Responses[table] ?? []).map((item) => unmarshall(item));
        for (const item of items) found.set(String(item.task_id), item);
        Keys = UnprocessedKeys[table]?.Keys ?? [];
        if (Keys.length > 0) await wait(RETRY_MS * Math.min(tries, 10), signal);
      }
      return found;
    },

    async readAll(taskId) {
      const query = {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'task_id = :task',
        ExpressionAttributeValues: marshall({ ':task': taskId }),
      };
      const items: Item[] = [];
      for await (const { Items = [] } of paginateQuery({ client: dynamo }, query)) {
        items.push(...Items.map((item) => unmarshall(item)));
      }
      return items;
    },
  };
}
