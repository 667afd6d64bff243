import type { EndedTask } from './manifest.ts';
import { isTask, type StepRecord, TASK_STEP_ID, tryToReadRecord } from './record.ts';

type Item = Record<string, unknown>;

/**
 * Takes the records of a task together once it is discovered and each document it names, and each that has a record, has
 * reached an end; undefined until then, after no more records than it takes to know. A record that was spoilt by hand has
 * reached no end.
 */
export async function readEndedTask(
  taskItem: Item,
  records: AsyncIterable<Item> | Iterable<Item>,
): Promise<EndedTask | undefined> {
  const task = tryToReadRecord(taskItem);
  if (!task || !isTask(task) || task.status !== 'DISCOVERED') return undefined;
  const documents: StepRecord[] = [];
  for await (const item of records) {
    if (item.step_id === TASK_STEP_ID) continue;
    const record = tryToReadRecord(item);
    if (!record || isTask(record) || record.status === 'PENDING' || record.status === 'COPYING') return undefined;
    documents.push(record);
  }
  const ended = new Set(documents.map(({ stepId }) => stepId));
  const isEnded = documents.length > 0 && (task.stepIds ?? []).every((stepId) => ended.has(stepId));
  return isEnded ? { task, documents } : undefined;
}
