import { conclude } from './conclude.ts';
import { measureUsage, WAYS, type Way } from './cost/measure-usage.ts';
import { type Part, priceParts, sumParts } from './cost/price-parts.ts';
import type { LatenciesMs } from './invocation/call.ts';
import { startHarness } from './invocation/harness.ts';
import { printTable, showSpread } from './print-table.ts';
import { readOptions } from './read-options.ts';
import { type Spread, summarise } from './summarise.ts';

const MAX_USD = 15;
/** What is assumed of the network, in milliseconds: time that is waited is paid for. */
const OTHERS: Omit<LatenciesMs, 'vendor'> = { storage: 50, s3: 50, dynamodb: 5, sqs: 10 };
const ROUNDS = 3;

type Case = Way & { vendorMs: number; goal?: number };

/** A batch asks the vendor one after the other, so that its time counts most. */
const CASES: readonly Case[] = [
  { ...WAYS.alone, vendorMs: 200, goal: MAX_USD },
  { ...WAYS.alone, vendorMs: 100 },
  { ...WAYS.alone, vendorMs: 500 },
  { ...WAYS.ofTask, vendorMs: 200 },
];

type PricedPart = Omit<Part, 'perDocument' | 'usdPerMillion'> & Record<'perDocument' | 'usdPerMillion', Spread>;

function summariseParts(rounds: readonly (readonly Part[])[]): PricedPart[] {
  const [first = []] = rounds;
  return first.map((part, index) => ({
    ...part,
    perDocument: summarise(rounds.map((parts) => (parts[index] as Part).perDocument)),
    usdPerMillion: summarise(rounds.map((parts) => (parts[index] as Part).usdPerMillion)),
  }));
}

const options = readOptions();
const counts = options.quick ? { documents: 10, cpuDocuments: 200 } : { documents: 20, cpuDocuments: 300 };
const harness = await startHarness();
try {
  const measured = new Map<Case, Part[][]>(CASES.map((one) => [one, []]));
  for (let round = 1; round <= (options.quick ? 1 : ROUNDS); round += 1) {
    for (const one of CASES) {
      process.stderr.write(`\r\u001B[Kround ${round}: ${one.name}, the vendor takes ${one.vendorMs} ms`);
      const latencies = { vendor: one.vendorMs, ...OTHERS };
      measured.get(one)?.push(priceParts(await measureUsage(harness, one, { latencies, ...counts })));
    }
  }
  process.stderr.write('\r\u001B[K');
  const rows = CASES.map((one) => {
    const rounds = measured.get(one) as Part[][];
    return { ...one, ...OTHERS, parts: summariseParts(rounds), usdPerMillion: summarise(rounds.map(sumParts)) };
  });
  printTable(
    ['USD a million', '', ...rows.map(({ name, vendorMs }) => `${name}, vendor ${vendorMs} ms`)],
    [
      ...(rows[0]?.parts ?? []).map(({ part, unit }, index) => [
        part,
        unit,
        ...rows.map(({ parts }) => showPart(parts[index] as PricedPart)),
      ]),
      ['all of it, without storage', '', ...rows.map(({ usdPerMillion }) => showSpread(usdPerMillion))],
    ],
  );
  const missed = rows.flatMap(({ goal, name, usdPerMillion: { median, low } }) =>
    goal !== undefined && low > goal ? `A million, each ${name}: ${median.toFixed(2)} USD, not at most ${goal}.` : [],
  );
  await conclude({ name: 'cost', rows, missed, check: options.check });
} finally {
  harness.close();
}

function showPart({ perDocument, usdPerMillion }: PricedPart): string {
  return `${usdPerMillion.median.toFixed(2)} for ${Number(perDocument.median.toPrecision(3))}`;
}
