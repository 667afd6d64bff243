import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual } from 'node:util';
import { bundleWorker } from '../../bench/bundle-worker.ts';
import { startTable } from '../../local/table.ts';
import { credentials, region } from '../../local/local-account.ts';
import { startDiscardingS3 } from './discarding-s3.ts';
import { startByteSource } from './memory-source.ts';
import type { WorkerJob, WorkerReport } from './memory-worker.ts';

const MIB = 1024 ** 2;

/** The sizes of the documents of one batch, by what the batch is called. */
export const memoryCases = {
  '1 MB': [MIB],
  '100 MB': [100 * MIB],
  '1 GB': [1024 * MIB],
  '5 GiB': [5 * 1024 * MIB],
  '10 x 20 MB': Array.from({ length: 10 }, () => 20 * MIB),
} as const satisfies Record<string, readonly number[]>;

export type MemoryCase = keyof typeof memoryCases;

export type Measurement = {
  documents: number;
  lost: number;
  wrongVersions: number;
  peakMib: number;
  /** Of it, before the first byte came. */
  startMib: number;
  seconds: number;
};

/**
 * Runs the archive function in a process of its own on one batch, between a source and an S3 that hold no bytes, and
 * says what its memory was at most: from the cold start to the answer.
 */
export async function measureMemory(name: MemoryCase): Promise<Measurement> {
  const [source, s3, table] = await Promise.all([startByteSource(), startDiscardingS3(), startTable()]);
  try {
    const environment = {
      CHAMELIO_BASE_URL: source.url,
      CHAMELIO_API_KEY: 'ca_key',
      DOWNLOAD_ALLOWED_HOSTS: source.url,
      ARCHIVE_BUCKET: 'archive',
      ARCHIVE_TABLE: table.tableName,
      ARCHIVE_QUEUE_URL: 'http://127.0.0.1:1/000000000000/archive',
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_DYNAMODB: table.url,
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    const sizesBytes = [...memoryCases[name]];
    const begun = performance.now();
    const { failures, startBytes, peakBytes } = await runWorker({ environment, sizesBytes });
    const seconds = (performance.now() - begun) / 1000;
    const expected = sizesBytes.map((sizeBytes, index) => {
      return { path: `/archive/tasks/task_${index}/steps/size_${sizeBytes}/Contract.pdf`, sizeBytes };
    });
    const right = expected.filter((document) => s3.versions.some((version) => isDeepStrictEqual(version, document)));
    return {
      documents: expected.length,
      lost: Math.max(failures, expected.length - right.length),
      wrongVersions: s3.versions.length - right.length,
      peakMib: peakBytes / MIB,
      startMib: startBytes / MIB,
      seconds,
    };
  } finally {
    await Promise.all([source.close(), s3.close(), table.close()]);
  }
}

async function runWorker(job: WorkerJob): Promise<WorkerReport> {
  const program = await bundleWorker('memory', join(import.meta.dirname, 'memory-worker.ts'));
  const worker = fork(program, [JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Of the test's own nothing, and what serverless.yml tells glibc; test/serverless.test.ts holds it there.
    execArgv: [],
    env: { MALLOC_ARENA_MAX: '1' },
  });
  const lines = text(worker.stdout as NonNullable<typeof worker.stdout>);
  const reported = once(worker, 'message') as Promise<[WorkerReport]>;
  const failed = once(worker, 'exit').then(async () => {
    throw new Error(`The worker ended without a report:\n${await lines}`);
  });
  const [report] = await Promise.race([reported, failed]);
  if (report.failures > 0) process.stderr.write(await lines);
  return report;
}

/** By hand: `node test/support/measure-memory.ts ['5 GiB']`. */
async function printMeasurements(names: readonly string[]): Promise<void> {
  const chosen = (Object.keys(memoryCases) as MemoryCase[]).filter(
    (name) => names.length === 0 || names.includes(name),
  );
  for (const name of chosen) {
    const { peakMib, startMib, seconds, lost, wrongVersions } = await measureMemory(name);
    const memory = `peak ${peakMib.toFixed(1)} MiB, ${startMib.toFixed(1)} MiB before the first byte`;
    const outcome = `${seconds.toFixed(1)} s, ${lost} lost, ${wrongVersions} wrong versions`;
    process.stdout.write(`${name}: ${memory}, ${outcome}\n`);
  }
}

if (import.meta.main) await printMeasurements(process.argv.slice(2));
