import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type CaseName, CASES } from './cases.ts';
import type { Contender, Servers, Spent } from './contender.ts';
import { compare, type Spread, summarise } from './summarise.ts';
import type { Stored } from './target.ts';

const ROUNDS = 5;
const QUICK_ROUNDS = 3;

export type Row = {
  case: CaseName;
  contender: string;
  documents: number;
  cpuSecondsPerGb: Spread;
  cpuMsPerDocument: Spread;
  toFloor: Spread;
  peakMib: number | null;
};

type Setting = { contenders: readonly Contender[]; servers: ChildProcess; urls: Servers; quick: boolean };

async function takeStored(servers: ChildProcess): Promise<Stored> {
  const told = once(servers, 'message') as Promise<[Stored]>;
  servers.send('stored');
  return (await told)[0];
}

/** Each contender in turn, round after round, each time in a process of its own; whatever does not arrive whole fails it. */
export async function measureCase(name: CaseName, { contenders, servers, urls, quick }: Setting): Promise<Row[]> {
  const { sizeBytes, documents: all, quickDocuments } = CASES[name];
  const most = quick ? quickDocuments : all;
  if (most === 0) return [];
  const turns = contenders.map((contender) => ({ contender, ...contender.takeShare(most), spent: [] as Spent[] }));
  for (let round = 1; round <= (quick ? QUICK_ROUNDS : ROUNDS); round += 1) {
    for (const { contender, documents, warmUps, spent } of turns) {
      process.stderr.write(`\r\u001B[K${name}, round ${round}: ${contender.name}`);
      spent.push(await contender.run({ servers: urls, sizeBytes, documents, warmUps }));
      const stored = await takeStored(servers);
      const expected = documents + warmUps;
      if (stored.objects !== expected || stored.bytes !== expected * sizeBytes)
        throw new Error(`${contender.name} stored ${stored.objects} objects of ${expected}, ${stored.bytes} bytes.`);
    }
  }
  process.stderr.write('\r\u001B[K');
  const measured = turns.map(({ contender, documents, spent }) => ({
    contender: contender.name,
    documents,
    cpuSeconds: spent.map(({ cpuSeconds }) => cpuSeconds / documents),
    peaks: spent.flatMap(({ peakMib }) => peakMib ?? []),
  }));
  const floor = measured.find(({ contender }) => contender === 'floor') as (typeof measured)[number];
  return measured.map(({ contender, documents, cpuSeconds, peaks }) => ({
    case: name,
    contender,
    documents,
    cpuSecondsPerGb: summarise(cpuSeconds.map((cpu) => cpu / (sizeBytes / 1e9))),
    cpuMsPerDocument: summarise(cpuSeconds.map((cpu) => cpu * 1000)),
    toFloor: compare(cpuSeconds, floor.cpuSeconds),
    peakMib: peaks.length > 0 ? Math.max(...peaks) : null,
  }));
}
