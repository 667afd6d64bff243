import { TASK_STEP_ID, tryToReadRecord } from '../lib/record.ts';
import { listTaskItems } from './adapters/stored-items.ts';
import type { Connection } from './connection.ts';
import { type Context, EXIT, type Run } from './context.ts';
import { describeRecord } from './describe-record.ts';
import { predictNextTry } from './next-try.ts';

type Item = Record<string, unknown>;

export type Filter = { failed?: boolean; unfinished?: boolean; json?: boolean };

/** Without a filter everything passes; with both, what either lets pass. */
function passesFilter({ status, unfinished }: Item, filter: Filter): boolean {
  if (!filter.failed && !filter.unfinished) return true;
  return status === 'FAILED' ? filter.failed === true : filter.unfinished === true && unfinished !== undefined;
}

/** What is known of one task and of each of its documents. Ends with 1 when there is no record of it. */
export async function showTask(
  taskId: string,
  filter: Filter,
  tools: { connection: Connection; context: Context },
): Run {
  const { terminal, now } = tools.context;
  const found = await Array.fromAsync(listTaskItems(tools.connection, taskId));
  const isTaskItem = ({ step_id }: Item) => Number(step_id === TASK_STEP_ID);
  const items = found.toSorted((one, other) => isTaskItem(other) - isTaskItem(one));
  const shown = items.filter((item) => passesFilter(item, filter));
  if (filter.json) terminal.print(JSON.stringify(arrange(taskId, shown, now())));
  else
    for (const item of shown)
      for (const line of describeRecord(item, tryToReadRecord(item), now())) terminal.print(line);
  if (items.length > 0) return EXIT.ok;
  terminal.note(`There is no record of task ${taskId}.`);
  return EXIT.found;
}

function arrange(taskId: string, items: readonly Item[], now: number) {
  const withNextTry = (item: Item) => {
    const record = tryToReadRecord(item);
    return { ...item, next_try: (record && predictNextTry(record, now)) ?? null };
  };
  const task = items.find(({ step_id }) => step_id === TASK_STEP_ID);
  const documents = items.filter((item) => item !== task).map(withNextTry);
  return { task_id: taskId, task: task ? withNextTry(task) : null, documents };
}
