import { measureRun } from './measure-run.ts';
import type { CreateCopy, Task } from './contender.ts';

export type Job = Task & { contender: string };

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
const run = await measureRun(() => copyAll('document', documents));
process.send?.(run, () => process.exit());
