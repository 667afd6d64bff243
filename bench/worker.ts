import { readFileSync } from 'node:fs';
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

/** The system's own count for processes begins with that of whoever started this one. */
function readPeakMib(): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

const { contender, servers, sizeBytes, documents, warmUps } = JSON.parse(process.argv[2] as string) as Job;
const { createCopy } = await (CONTENDERS[contender] as (typeof CONTENDERS)[string])();
const copy = createCopy(servers);
const sourceUrl = `${servers.sourceUrl}/${sizeBytes}/Contract.pdf`;
const copyAll = async (kind: string, count: number) => {
  for (let index = 0; index < count; index += 1) await copy(sourceUrl, `tasks/${kind}_${index}/Contract.pdf`);
};
await copyAll('warm_up', warmUps);
const before = process.cpuUsage();
const begunAt = performance.now();
await copyAll('document', documents);
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - begunAt) / 1000;
const run: Run = { cpuSeconds: (user + system) / 1e6, seconds, peakMib: readPeakMib() };
process.send?.(run, () => process.exit());
