import type { Call, Urls } from './call.ts';

/** A document that is to be archived; without a step all of its task. */
export type Document = { taskId: string; stepId?: string };

/** Archives a batch of documents, side by side; rejects unless all of it is done. */
export type ArchiveBatch = (batch: readonly Document[]) => Promise<void>;

/** `calls` is what ours asks for one document, in order, with the task id `TASK_ID` in it. */
export type CreateArchive = (setting: { urls: Urls; calls: readonly Call[] }) => Promise<ArchiveBatch>;

/** As long as a UUID, as ids may be: what is written of a document is paid for by the kilobyte. */
export const createTaskId = (kind: string, number: number): string => `${kind}_${String(number).padStart(31, '0')}`;
export const createStepId = (sizeBytes: number, index: number): string => `size_${sizeBytes}_${index}_`.padEnd(36, 'x');
/** In the calls. */
export const TASK_ID = createTaskId('task', 0);
