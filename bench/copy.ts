import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorker } from './bundle-worker.ts';
import { type CaseName, CASES } from './cases.ts';
import { COMMANDS } from './commands.ts';
import { conclude } from './conclude.ts';
import type { Servers } from './contender.ts';
import { describeCommand } from './describe-command.ts';
import { drawChart } from './draw-chart.ts';
import { findContenders } from './find-contenders.ts';
import { GOALS, judge } from './goals.ts';
import { measureCase, type Row } from './measure-case.ts';
import { printTable, showSpread } from './print-table.ts';
import { readOptions } from './read-options.ts';

const PICTURE = join(import.meta.dirname, '../docs/performance-copy.svg');

const options = readOptions();

function print(rows: readonly Row[]): void {
  const lines = rows.map((row) => [
    row.case,
    row.contender,
    showSpread(row.cpuSecondsPerGb),
    showSpread(row.cpuMsPerDocument),
    showSpread(row.toFloor),
    row.peakMib?.toFixed(0) ?? '–',
  ]);
  printTable(['case', 'contender', 'CPU s/GB', 'CPU ms/document', '× floor', 'peak MiB'], lines);
}

const worker = await bundleWorker('bundle', join(import.meta.dirname, 'worker.ts'));
const { contenders, programs } = await findContenders(worker);
const servers = fork(join(import.meta.dirname, 'servers.ts'));
try {
  const [urls] = (await once(servers, 'message')) as [Servers];
  const rows: Row[] = [];
  for (const name of Object.keys(CASES) as CaseName[])
    rows.push(...(await measureCase(name, { contenders, servers, urls, quick: options.quick })));
  print(rows);
  for (const command of COMMANDS) process.stdout.write(`${describeCommand(command, programs)}\n`);
  if (!options.quick) await writeFile(PICTURE, drawChart(rows));
  await conclude({
    name: 'copy',
    programs,
    rows,
    missed: GOALS.flatMap((goal) => judge(goal, rows)),
    check: options.check,
  });
} finally {
  servers.disconnect();
}
