import { join } from 'node:path';
import { type Bundle, bundleContenders } from './cold/bundle-contenders.ts';
import { CONTENDERS, type ContenderName } from './cold/contenders.ts';
import { judgeStart, type Row } from './cold/judge-start.ts';
import { measureStart } from './cold/measure-start.ts';
import { conclude, OUT } from './conclude.ts';
import { printTable, showSpread } from './print-table.ts';
import { readOptions } from './read-options.ts';
import { compare, summarise } from './summarise.ts';

const WARM_UPS = 2;
const ROUNDS = 25;
const QUICK_ROUNDS = 7;

type Starts = Map<ContenderName, number[]>;

/** Each contender in turn, round after round, each time in a process of its own: CPU milliseconds. */
async function startInTurn(starter: string, bundles: readonly Bundle[], rounds: number): Promise<Starts> {
  const starts: Starts = new Map(bundles.map(({ contender }) => [contender, []]));
  for (let round = 1 - WARM_UPS; round <= rounds; round += 1) {
    process.stderr.write(`\r\u001B[K${round > 0 ? `round ${round} of ${rounds}` : 'warming up'}`);
    for (const bundle of bundles) {
      const cpuMs = await measureStart(starter, bundle);
      if (round > 0) starts.get(bundle.contender)?.push(cpuMs);
    }
  }
  process.stderr.write('\r\u001B[K');
  return starts;
}

function describe({ contender, sizeKb }: Bundle, starts: Starts): Row {
  const cpuOf = (name: ContenderName) => starts.get(name) as number[];
  const subtractEmpty = (name: ContenderName) =>
    cpuOf(name).map((cpuMs, round) => cpuMs - (cpuOf('empty')[round] as number));
  const bare = CONTENDERS.find(({ name }) => name === contender)?.goal?.bare;
  return {
    contender,
    sizeKb,
    cpuMs: summarise(cpuOf(contender)),
    aboveEmptyMs: summarise(subtractEmpty(contender)),
    ...(bare && { toBare: compare(subtractEmpty(contender), subtractEmpty(bare)) }),
  };
}

const options = readOptions();
const { starter, bundles } = await bundleContenders(join(OUT, 'cold'));
const starts = await startInTurn(starter, bundles, options.quick ? QUICK_ROUNDS : ROUNDS);
const rows = bundles.map((bundle) => describe(bundle, starts));
printTable(
  ['handler', 'KB', 'CPU ms', 'above empty', '× bare'],
  rows.map(({ contender, sizeKb, cpuMs, aboveEmptyMs, toBare }) => [
    contender,
    sizeKb.toFixed(sizeKb < 10 ? 1 : 0),
    showSpread(cpuMs),
    contender === 'empty' ? '–' : showSpread(aboveEmptyMs),
    toBare ? showSpread(toBare) : '–',
  ]),
);
await conclude({ name: 'cold', rows, missed: rows.flatMap(judgeStart), check: options.check });
