import { measureRun } from '../measure-run.ts';
import type { Call, Urls } from './call.ts';
import { type ArchiveBatch, createStepId, createTaskId, type CreateArchive } from './contender.ts';

export type Job = {
  contender: string;
  urls: Urls;
  calls: readonly Call[];
  sizeBytes: number;
  documents: number;
  warmUps: number;
};

const BATCH_SIZE = 10;
const CONTENDERS: Record<string, () => Promise<{ createArchive: CreateArchive }>> = {
  raw: () => import('./raw.ts'),
  ours: () => import('./ours.ts'),
  task: () => import('./task.ts'),
  webhook: () => import('./webhook.ts'),
  arrayBuffer: () => import('./array-buffer.ts'),
};

const { contender, urls, calls, sizeBytes, documents, warmUps } = JSON.parse(process.argv[2] as string) as Job;
const { createArchive } = await (CONTENDERS[contender] as (typeof CONTENDERS)[string])();
const archive: ArchiveBatch = await createArchive({ urls, calls });
const archiveAll = async (kind: string, count: number) => {
  for (let done = 0; done < count; done += BATCH_SIZE) {
    const length = Math.min(BATCH_SIZE, count - done);
    const batch = Array.from({ length }, (_, index) => ({
      taskId: createTaskId(kind, done + index),
      stepId: createStepId(sizeBytes, index),
    }));
    await archive(batch);
  }
};
await archiveAll('warm', warmUps);
const run = await measureRun(() => archiveAll('task', documents));
process.send?.(run, () => process.exit());
