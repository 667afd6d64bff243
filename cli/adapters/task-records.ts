import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { TASK_STEP_ID } from '../../lib/record.ts';
import type { Context } from '../context.ts';
import { listTaskItems, readItem, type StoredItem, type TableOptions } from './stored-items.ts';

/** The most that one BatchGetItem asks for. */
export const MAX_TASKS_AT_ONCE = 100;
const RETRY_MS = 500;

export type TaskRecords = {
  /** The `#task` records of at most 100 tasks, by their task; of those that have one. */
  readTasks: (taskIds: readonly string[]) => Promise<Map<string, StoredItem>>;
  /** Everything that is known of a task. */
  readAll: (taskId: string) => Promise<StoredItem[]>;
};

type Options = TableOptions & Pick<Context, 'wait' | 'signal'>;

/**
 * Records of tasks, as they are now.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export function createTaskRecords({ dynamo, table, wait, signal }: Options): TaskRecords {
  return {
    async readTasks(taskIds) {
      const found = new Map<string, StoredItem>();
      let Keys = taskIds.map((taskId) => marshall({ task_id: taskId, step_id: TASK_STEP_ID }));
      for (let tries = 1; Keys.length > 0; tries += 1) {
        const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } });
        const { Responses = {}, UnprocessedKeys = {} } = await dynamo.send(command);
        for (const item of (Responses[table] ?? []).map(readItem)) found.set(item.task_id, item);
        Keys = UnprocessedKeys[table]?.Keys ?? [];
        if (Keys.length > 0) await wait(RETRY_MS * Math.min(tries, 10), signal);
      }
      return found;
    },

    readAll: (taskId) => Array.fromAsync(listTaskItems({ dynamo, table }, taskId)),
  };
}
