import type { TaskQueries } from './ports.ts';
import { TASK_STEP_ID } from './record.ts';

type Item = Record<string, unknown>;

export type DocumentList = { task_id: string; status: unknown; documents: Item[]; total: number };

/** Events on their way to the bus: JSON in JSON that says what the record says, and gone in a moment. */
const showRecord = (record: Item): Item =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'event_pending'));

/**
 * What is known of a task and of each of its documents; undefined where there is no record at all. Records are shown as
 * they are: one that somebody changed by hand hides no other.
 */
export async function listDocuments(taskId: string, table: TaskQueries): Promise<DocumentList | undefined> {
  const records = await table.listRecords(taskId);
  if (records.length === 0) return undefined;
  const task = records.find(({ step_id }) => step_id === TASK_STEP_ID);
  const documents = records.filter((record) => record !== task).map(showRecord);
  return { task_id: taskId, status: task?.status ?? null, documents, total: documents.length };
}
