import { priceParts, sumParts } from './cost/price-parts.ts';
import { measureUsage } from './cost/measure-usage.ts';
import { conclude } from './conclude.ts';
import type { LatenciesMs } from './invocation/call.ts';
import { startHarness } from './invocation/harness.ts';
import { printTable, showSpread } from './print-table.ts';
import { readOptions } from './read-options.ts';
import { summarise } from './summarise.ts';

const MAX_USD = 15;
/** What is assumed of the network, in milliseconds: time that is waited is paid for. */
const OTHERS: Omit<LatenciesMs, 'vendor'> = { storage: 50, s3: 50, dynamodb: 5, sqs: 10 };
/** The vendor is asked one after the other in a batch, so that its time counts most; the goal is for the one in the middle. */
const VENDOR_MS = [100, 200, 500] as const;
const GOAL_VENDOR_MS = 200;
const ROUNDS = 3;

const options = readOptions();
const harness = await startHarness();
try {
  const counts = options.quick ? { documents: 20, cpuDocuments: 200 } : { documents: 50, cpuDocuments: 500 };
  const measured = new Map<number, ReturnType<typeof priceParts>[]>(VENDOR_MS.map((vendor) => [vendor, []]));
  for (let round = 1; round <= (options.quick ? 1 : ROUNDS); round += 1) {
    for (const vendor of VENDOR_MS) {
      process.stderr.write(`\r\u001B[Kround ${round}: a vendor that takes ${vendor} ms`);
      measured.get(vendor)?.push(priceParts(await measureUsage(harness, { vendor, ...OTHERS }, counts)));
    }
  }
  process.stderr.write('\r\u001B[K');
  const rows = VENDOR_MS.map((vendorMs) => {
    const rounds = measured.get(vendorMs) ?? [];
    const parts = (rounds[0] ?? []).map((part, index) => ({
      ...part,
      perDocument: summarise(rounds.map((round) => round[index]?.perDocument ?? 0)),
      usdPerMillion: summarise(rounds.map((round) => round[index]?.usdPerMillion ?? 0)),
    }));
    return { vendorMs, ...OTHERS, parts, usdPerMillion: summarise(rounds.map(sumParts)) };
  });
  const goal = rows.find(({ vendorMs }) => vendorMs === GOAL_VENDOR_MS) as (typeof rows)[number];
  printTable(
    ['part', 'unit', 'a document', 'USD a million'],
    [
      ...goal.parts.map(({ part, unit, perDocument, usdPerMillion }) => [
        part,
        unit,
        perDocument.median.toPrecision(3),
        showSpread(usdPerMillion),
      ]),
      ['all of it, without storage', '', '', showSpread(goal.usdPerMillion)],
    ],
  );
  process.stdout.write('\n');
  printTable(
    ['the vendor answers in', 'USD a million'],
    rows.map(({ vendorMs, usdPerMillion }) => [`${vendorMs} ms`, showSpread(usdPerMillion)]),
  );
  const { median, low } = goal.usdPerMillion;
  const missed = low > MAX_USD ? [`A million documents cost ${median.toFixed(2)} USD, not at most ${MAX_USD}.`] : [];
  await conclude({ name: 'cost', rows, missed, check: options.check });
} finally {
  harness.close();
}
