import type { CreateArchive, Document } from './contender.ts';
import { createReceive } from './receive.ts';

/** As many documents as a batch has, of one task: its message first, then one for each, and its manifest with the last. */
export const createArchive: CreateArchive = async () => {
  const receive = await createReceive();
  return async (batch) => {
    const { taskId } = batch[0] as Document;
    await receive([{ taskId }]);
    await receive(batch.map((document) => ({ ...document, taskId })));
  };
};
