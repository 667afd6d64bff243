import { conclude } from './conclude.ts';
import { type Harness, type Measured, startHarness } from './invocation/harness.ts';
import { judgeInvocation, type Row } from './invocation/judge-invocation.ts';
import { printTable, showSpread } from './print-table.ts';
import { readOptions } from './read-options.ts';
import { compare, summarise } from './summarise.ts';

const CONTENDERS = ['raw', 'ours', 'arrayBuffer'] as const;
const SIZE_BYTES = 100_000;
const WARM_UPS = 100;
/** A function lives for hours: what its start and its compiler cost is spread over as many messages. */
const FULL = { documents: 10_000, rounds: 3 };
const QUICK = { documents: 500, rounds: 3 };

type Runs = Map<string, Measured[]>;

/** Each contender in turn, round after round, each time in a process of its own. */
async function measure(harness: Harness, { documents, rounds }: typeof FULL): Promise<Runs> {
  const runs: Runs = new Map(CONTENDERS.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of CONTENDERS) {
      process.stderr.write(`\r\u001B[Kround ${round}: ${contender}`);
      const work = { contender, sizeBytes: SIZE_BYTES, documents, warmUps: WARM_UPS };
      runs.get(contender)?.push(await harness.measure(work));
    }
  }
  process.stderr.write('\r\u001B[K');
  return runs;
}

function describe(contender: string, runs: Runs, { documents, rounds }: typeof FULL): Row {
  const cpuOf = (name: string) => (runs.get(name) as Measured[]).map(({ cpuSeconds }) => cpuSeconds);
  return {
    contender,
    messages: documents * rounds,
    cpuMsPerDocument: summarise(cpuOf(contender).map((cpu) => (cpu * 1000) / documents)),
    toRaw: compare(cpuOf(contender), cpuOf('raw')),
    documentsPerCpuSecond: summarise(cpuOf(contender).map((cpu) => documents / cpu)),
    // So much less CPU is so many more documents.
    timesArrayBuffer: compare(cpuOf('arrayBuffer'), cpuOf(contender)),
    peakMib: Math.max(...(runs.get(contender) as Measured[]).map(({ peakMib }) => peakMib)),
  };
}

const options = readOptions();
const extent = options.quick ? QUICK : FULL;
const harness = await startHarness();
try {
  await harness.record(SIZE_BYTES);
  const runs = await measure(harness, extent);
  const rows = CONTENDERS.map((contender) => describe(contender, runs, extent));
  printTable(
    ['contender', 'messages', 'CPU ms/document', '× raw', 'documents/CPU s', '× arrayBuffer', 'peak MiB'],
    rows.map((row) => [
      row.contender,
      String(row.messages),
      showSpread(row.cpuMsPerDocument),
      showSpread(row.toRaw),
      row.documentsPerCpuSecond.median.toFixed(0),
      showSpread(row.timesArrayBuffer),
      row.peakMib.toFixed(0),
    ]),
  );
  await conclude({ name: 'invocation', rows, missed: judgeInvocation(rows), check: options.check });
} finally {
  harness.close();
}
