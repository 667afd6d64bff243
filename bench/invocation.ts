import { conclude } from './conclude.ts';
import { type Harness, type Measured, startHarness } from './invocation/harness.ts';
import { judgeInvocation, type Row } from './invocation/judge-invocation.ts';
import { printTable, showSpread } from './print-table.ts';
import { readOptions } from './read-options.ts';
import { compare, summarise } from './summarise.ts';

const SIZE_BYTES = 100_000;
const WARM_UPS = 100;

type Case = {
  name: Row['case'];
  contenders: readonly string[];
  documents: number;
  quickDocuments: number;
  rounds: number;
};

const CASES: readonly Case[] = [
  { name: 'a batch', contenders: ['raw', 'ours', 'arrayBuffer'], documents: 1000, quickDocuments: 300, rounds: 5 },
  { name: '10,000 messages', contenders: ['ours', 'arrayBuffer'], documents: 10_000, quickDocuments: 500, rounds: 3 },
];
const QUICK_ROUNDS = 3;

const options = readOptions();

/** Each contender in turn, round after round, each time in a process of its own. */
async function measure(harness: Harness, { name, contenders, ...one }: Case): Promise<Row[]> {
  const documents = options.quick ? one.quickDocuments : one.documents;
  const rounds = options.quick ? QUICK_ROUNDS : one.rounds;
  const runs = new Map<string, Measured[]>(contenders.map((contender) => [contender, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      process.stderr.write(`\r\u001B[K${name}, round ${round}: ${contender}`);
      const work = { contender, sizeBytes: SIZE_BYTES, documents, warmUps: WARM_UPS };
      runs.get(contender)?.push(await harness.measure(work));
    }
  }
  process.stderr.write('\r\u001B[K');
  const cpuOf = (contender: string) => (runs.get(contender) as Measured[]).map(({ cpuSeconds }) => cpuSeconds);
  return contenders.map((contender) => ({
    case: name,
    contender,
    documents,
    cpuMsPerDocument: summarise(cpuOf(contender).map((cpu) => (cpu * 1000) / documents)),
    documentsPerCpuSecond: summarise(cpuOf(contender).map((cpu) => documents / cpu)),
    ...(contenders.includes('raw') && { toRaw: compare(cpuOf(contender), cpuOf('raw')) }),
    // Documents per CPU second: the other way round.
    timesArrayBuffer: compare(cpuOf('arrayBuffer'), cpuOf(contender)),
    peakMib: Math.max(...(runs.get(contender) as Measured[]).map(({ peakMib }) => peakMib)),
  }));
}

const harness = await startHarness();
try {
  await harness.record(SIZE_BYTES);
  const rows: Row[] = [];
  for (const one of CASES) rows.push(...(await measure(harness, one)));
  printTable(
    ['case', 'contender', 'documents', 'CPU ms/document', '× raw', 'documents/CPU s', '× arrayBuffer', 'peak MiB'],
    rows.map((row) => [
      row.case,
      row.contender,
      String(row.documents),
      showSpread(row.cpuMsPerDocument),
      row.toRaw ? showSpread(row.toRaw) : '–',
      row.documentsPerCpuSecond.median.toFixed(0),
      showSpread(row.timesArrayBuffer),
      row.peakMib.toFixed(0),
    ]),
  );
  await conclude({ name: 'invocation', rows, missed: judgeInvocation(rows), check: options.check });
} finally {
  harness.close();
}
