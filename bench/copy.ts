import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorker } from './bundle-worker.ts';
import { type CaseName, CASES } from './cases.ts';
import { conclude } from './conclude.ts';
import type { Servers } from './contender.ts';
import { drawChart } from './draw-chart.ts';
import { GOALS, judge } from './goals.ts';
import type { Run } from './measure-run.ts';
import { printTable, showSpread } from './print-table.ts';
import { readOptions } from './read-options.ts';
import { receiveRun } from './receive-run.ts';
import { compare, type Spread, summarise } from './summarise.ts';
import type { Stored } from './target.ts';
import type { Job } from './worker.ts';

const CONTENDERS = ['floor', 'ours', 'arrayBuffer', 'fetch + Upload', 'node:http + Upload'] as const;
const PICTURE = join(import.meta.dirname, '../docs/performance-copy.svg');
const ROUNDS = 5;
const QUICK_ROUNDS = 3;

export type Row = {
  case: CaseName;
  contender: string;
  cpuSecondsPerGb: Spread;
  cpuMsPerDocument: Spread;
  toFloor: Spread;
  peakMib: number;
};

const options = readOptions();

function run(worker: string, job: Job): Promise<Run> {
  // As serverless.yml has it in NODE_OPTIONS.
  const child = fork(worker, [JSON.stringify(job)], { execArgv: ['--max-semi-space-size=2'] });
  return receiveRun(child, job.contender);
}

async function takeStored(servers: ChildProcess): Promise<Stored> {
  const told = once(servers, 'message') as Promise<[Stored]>;
  servers.send('stored');
  return (await told)[0];
}

type Setting = { worker: string; servers: ChildProcess; urls: Servers };

/** Each contender in turn, round after round, each time in a process of its own; whatever does not arrive whole fails it. */
async function measure(name: CaseName, { worker, servers, urls }: Setting): Promise<Row[]> {
  const { sizeBytes, documents: all, quickDocuments } = CASES[name];
  const documents = options.quick ? quickDocuments : all;
  if (documents === 0) return [];
  const warmUps = Math.min(20, Math.ceil(documents / 10));
  const runs = new Map<string, Run[]>(CONTENDERS.map((contender) => [contender, []]));
  for (let round = 1; round <= (options.quick ? QUICK_ROUNDS : ROUNDS); round += 1) {
    for (const contender of CONTENDERS) {
      process.stderr.write(`\r\u001B[K${name}, round ${round}: ${contender}`);
      runs.get(contender)?.push(await run(worker, { contender, servers: urls, sizeBytes, documents, warmUps }));
      const stored = await takeStored(servers);
      const expected = documents + warmUps;
      if (stored.objects !== expected || stored.bytes !== expected * sizeBytes)
        throw new Error(`${contender} stored ${stored.objects} objects of ${expected}, ${stored.bytes} bytes.`);
    }
  }
  process.stderr.write('\r\u001B[K');
  const cpuOf = (contender: string) => (runs.get(contender) as Run[]).map(({ cpuSeconds }) => cpuSeconds);
  return CONTENDERS.map((contender) => ({
    case: name,
    contender,
    cpuSecondsPerGb: summarise(cpuOf(contender).map((cpu) => cpu / ((documents * sizeBytes) / 1e9))),
    cpuMsPerDocument: summarise(cpuOf(contender).map((cpu) => (cpu * 1000) / documents)),
    toFloor: compare(cpuOf(contender), cpuOf('floor')),
    peakMib: Math.max(...(runs.get(contender) as Run[]).map(({ peakMib }) => peakMib)),
  }));
}

function print(rows: readonly Row[]): void {
  const lines = rows.map((row) => [
    row.case,
    row.contender,
    showSpread(row.cpuSecondsPerGb),
    showSpread(row.cpuMsPerDocument),
    showSpread(row.toFloor),
    row.peakMib.toFixed(0),
  ]);
  printTable(['case', 'contender', 'CPU s/GB', 'CPU ms/document', '× floor', 'peak MiB'], lines);
}

const worker = await bundleWorker('bundle', join(import.meta.dirname, 'worker.ts'));
const servers = fork(join(import.meta.dirname, 'servers.ts'));
try {
  const [urls] = (await once(servers, 'message')) as [Servers];
  const rows: Row[] = [];
  for (const name of Object.keys(CASES) as CaseName[]) rows.push(...(await measure(name, { worker, servers, urls })));
  print(rows);
  process.stdout.write('Not measured: rclone copyurl and curl | aws s3 cp, which are no Node processes.\n');
  if (!options.quick) await writeFile(PICTURE, drawChart(rows));
  await conclude({
    name: 'copy',
    rows,
    missed: GOALS.flatMap((goal) => judge(goal, rows)),
    check: options.check,
  });
} finally {
  servers.disconnect();
}
