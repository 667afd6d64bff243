import { readPeakBytes } from '../../test/support/read-peak-bytes.ts';
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

/** CPU of this process in all its threads, user and system. */
export type Run = { cpuSeconds: number; seconds: number; peakMib: number };

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
const before = process.cpuUsage();
const begunAt = performance.now();
await archiveAll('task', documents);
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - begunAt) / 1000;
const run: Run = { cpuSeconds: (user + system) / 1e6, seconds, peakMib: readPeakBytes() / 1024 ** 2 };
process.send?.(run, () => process.exit());
