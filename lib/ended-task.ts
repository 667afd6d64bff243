import type { EndedTask } from './manifest.ts';
import { readStepRecord, readTaskRecord, type StepRecord, TASK_STEP_ID } from './record.ts';

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
  const task = tryToRead(taskItem, readTaskRecord);
  if (task?.status !== 'DISCOVERED') return undefined;
  const documents: StepRecord[] = [];
  for await (const item of records) {
    if (item.step_id === TASK_STEP_ID) continue;
    const record = tryToRead(item, readStepRecord);
    if (!record || record.status === 'PENDING' || record.status === 'COPYING') return undefined;
    documents.push(record);
  }
  const ended = new Set(documents.map(({ stepId }) => stepId));
  const isEnded = documents.length > 0 && (task.stepIds ?? []).every((stepId) => ended.has(stepId));
  return isEnded ? { task, documents } : undefined;
}

function tryToRead<Known>(item: Item, read: (item: Item) => Known): Known | undefined {
  try {
    return read(item);
  } catch {
    return undefined;
  }
}
