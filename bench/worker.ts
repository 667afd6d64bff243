import { readPeakBytes } from '../test/support/read-peak-bytes.ts';
import type { CreateCopy, Servers } from './contender.ts';

export type Job = { contender: string; servers: Servers; sizeBytes: number; documents: number; warmUps: number };

/** CPU of this process in all its threads, user and system. */
export type Run = { cpuSeconds: number; seconds: number; peakMib: number };

const CONTENDERS: Record<string, () => Promise<{ createCopy: CreateCopy }>> = {
  floor: () => import('./contenders/floor.ts'),
  ours: () => import('./contenders/ours.ts'),
  arrayBuffer: () => import('./contenders/array-buffer.ts'),
  'fetch + Upload': () => import('./contenders/fetch-upload.ts'),
  'node:http + Upload': () => import('./contenders/node-upload.ts'),
};

const { contender, servers, sizeBytes, documents, warmUps } = JSON.parse(process.argv[2] as string) as Job;
const { createCopy } = await (CONTENDERS[contender] as (typeof CONTENDERS)[string])();
const copy = createCopy(servers);
const sourceUrl = `${servers.sourceUrl}/size_${sizeBytes}`;
const copyAll = async (kind: string, count: number) => {
  for (let index = 0; index < count; index += 1) await copy(sourceUrl, `tasks/${kind}_${index}/Contract.pdf`);
};
await copyAll('warm_up', warmUps);
const before = process.cpuUsage();
const begunAt = performance.now();
await copyAll('document', documents);
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - begunAt) / 1000;
const run: Run = { cpuSeconds: (user + system) / 1e6, seconds, peakMib: readPeakBytes() / 1024 ** 2 };
process.send?.(run, () => process.exit());
