import { join } from 'node:path';
import { type Bundle, bundleContenders } from './cold/bundle-contenders.ts';
import { CONTENDERS, type ContenderName } from './cold/contenders.ts';
import { firstWebhook, startAws } from './cold/first-webhook.ts';
import { judgeStart, type Row } from './cold/judge-start.ts';
import { measureStart } from './cold/measure-start.ts';
import { conclude, OUT } from './conclude.ts';
import { printTable, showSpread } from './print-table.ts';
import { readOptions } from './read-options.ts';
import { compare, summarise } from './summarise.ts';

const WARM_UPS = 2;
const ROUNDS = 25;
const QUICK_ROUNDS = 7;

/** Those that also answer the first webhook. */
const WEBHOOKS: readonly ContenderName[] = ['bare webhook', 'webhook'];

type Cpu = Map<ContenderName, number[]>;
type Starts = { imported: Cpu; answered: Cpu };

/** Each contender in turn, round after round, each time in a process of its own: CPU milliseconds. */
async function startInTurn(starter: string, bundles: readonly Bundle[], rounds: number): Promise<Starts> {
  const createCpu = (): Cpu => new Map(bundles.map(({ contender }) => [contender, []]));
  const starts: Starts = { imported: createCpu(), answered: createCpu() };
  const aws = await startAws();
  for (let round = 1 - WARM_UPS; round <= rounds; round += 1) {
    process.stderr.write(`\r\u001B[K${round > 0 ? `round ${round} of ${rounds}` : 'warming up'}`);
    for (const bundle of bundles) {
      const cpuMs = await measureStart(starter, bundle);
      if (round > 0) starts.imported.get(bundle.contender)?.push(cpuMs);
      if (!WEBHOOKS.includes(bundle.contender)) continue;
      const answeredMs = await measureStart(starter, bundle, { event: firstWebhook, awsUrl: aws.url });
      if (round > 0) starts.answered.get(bundle.contender)?.push(answeredMs);
    }
  }
  await aws.close();
  process.stderr.write('\r\u001B[K');
  return starts;
}

function describe({ contender, sizeKb }: Bundle, { imported, answered }: Starts): Row {
  const cpuOf = (cpu: Cpu, name: ContenderName) => cpu.get(name) as number[];
  const subtractEmpty = (cpu: Cpu, name: ContenderName) =>
    cpuOf(cpu, name).map((cpuMs, round) => cpuMs - (cpuOf(imported, 'empty')[round] as number));
  const bare = CONTENDERS.find(({ name }) => name === contender)?.goal?.bare;
  const describeAbove = (cpu: Cpu) => ({
    aboveEmptyMs: summarise(subtractEmpty(cpu, contender)),
    ...(bare && { toBare: compare(subtractEmpty(cpu, contender), subtractEmpty(cpu, bare)) }),
  });
  return {
    contender,
    sizeKb,
    cpuMs: summarise(cpuOf(imported, contender)),
    ...describeAbove(imported),
    ...(WEBHOOKS.includes(contender) && { answered: describeAbove(answered) }),
  };
}

const options = readOptions();
const { starter, bundles } = await bundleContenders(join(OUT, 'cold'));
const starts = await startInTurn(starter, bundles, options.quick ? QUICK_ROUNDS : ROUNDS);
const rows = bundles.map((bundle) => describe(bundle, starts));
printTable(
  ['handler', 'KB', 'CPU ms', 'above empty', '× bare', 'with its first 202', '× bare'],
  rows.map(({ contender, sizeKb, cpuMs, aboveEmptyMs, toBare, answered }) => [
    contender,
    sizeKb.toFixed(sizeKb < 10 ? 1 : 0),
    showSpread(cpuMs),
    contender === 'empty' ? '–' : showSpread(aboveEmptyMs),
    toBare ? showSpread(toBare) : '–',
    answered ? showSpread(answered.aboveEmptyMs) : '–',
    answered?.toBare ? showSpread(answered.toBare) : '–',
  ]),
);
await conclude({ name: 'cold', rows, missed: rows.flatMap(judgeStart), check: options.check });
