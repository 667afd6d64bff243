import type { Call, Urls } from './call.ts';

/** A document that is to be archived; without a step all of its task. */
export type Document = { taskId: string; stepId?: string };

/** Archives a batch of documents, side by side; rejects unless all of it is done. */
export type ArchiveBatch = (batch: readonly Document[]) => Promise<void>;

/** `calls` is what ours asks for one document, in order, with the task id `TASK_ID` in it. */
export type CreateArchive = (setting: { urls: Urls; calls: readonly Call[] }) => Promise<ArchiveBatch>;

/** In calls and in messages; as long as every other. */
export const createTaskId = (kind: string, number: number): string => `${kind}_${String(number).padStart(7, '0')}`;
export const TASK_ID = createTaskId('task', 0);
