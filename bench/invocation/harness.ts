import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { credentials, region } from '../../local/local-account.ts';
import { bundleWorker } from '../bundle-worker.ts';
import type { Run } from '../measure-run.ts';
import { receiveRun } from '../receive-run.ts';
import type { Call, LatenciesMs, Urls } from './call.ts';
import { WEBHOOK_SECRET } from './events.ts';
import type { Taken } from './servers.ts';
import type { Job } from './worker.ts';

export type Measured = Run & Taken & Log;
export type Log = { logBytes: number; logLines: number };
export type Work = Pick<Job, 'contender' | 'sizeBytes' | 'documents' | 'warmUps'>;

const NEWLINE = 10;
const NO_LATENCY: LatenciesMs = { vendor: 0, storage: 0, s3: 0, dynamodb: 0, sqs: 0 };

/** What serverless.yml gives to the functions, and Lambda to everyone; it says nothing of NODE_ENV. */
const createEnvironment = ({ vendorUrl, s3Url, dynamodbUrl, sqsUrl }: Urls) => ({
  CHAMELIO_BASE_URL: vendorUrl,
  CHAMELIO_API_KEY: `ca_${'k'.repeat(32)}`,
  CHAMELIO_WEBHOOK_SECRET: WEBHOOK_SECRET,
  ARCHIVE_BUCKET: 'chamelio-archive-prod-archivebucket-0123456789ab',
  ARCHIVE_TABLE: 'archive',
  ARCHIVE_QUEUE_URL: `${sqsUrl}/000000000000/archive`,
  DOWNLOAD_ALLOWED_HOSTS: vendorUrl,
  MALLOC_ARENA_MAX: '1',
  MAX_RECEIVE_COUNT: '10',
  POWERTOOLS_SERVICE_NAME: 'chamelio-archive',
  AWS_ENDPOINT_URL_S3: s3Url,
  AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
  AWS_ENDPOINT_URL_SQS: sqsUrl,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** The servers, and what runs a contender beside them in a process of its own. */
export async function startHarness() {
  const worker = await bundleWorker('invocation', join(import.meta.dirname, 'worker.ts'));
  const servers = fork(join(import.meta.dirname, 'servers.ts'));
  const [urls] = (await once(servers, 'message')) as [Urls];
  let calls: readonly Call[] = [];

  async function take(latencies: LatenciesMs): Promise<Taken> {
    const told = once(servers, 'message') as Promise<[Taken]>;
    servers.send(latencies);
    return (await told)[0];
  }

  async function run(work: Work, latencies: LatenciesMs = NO_LATENCY): Promise<Measured> {
    await take(latencies);
    const measured = await runWorker(worker, { ...work, urls, calls }, createEnvironment(urls));
    return { ...measured, ...(await take(NO_LATENCY)) };
  }

  /** Whatever does not arrive whole fails it: what was stored, and what was recorded. */
  async function measure(work: Work, latencies?: LatenciesMs): Promise<Measured> {
    const measured = await run(work, latencies);
    const expected = work.documents + work.warmUps;
    const { stored, used } = measured;
    const isWhole = stored.documents === expected && stored.bytes === expected * work.sizeBytes;
    if (!isWhole || used.archived !== expected)
      throw new Error(`${work.contender}, of ${expected}: ${JSON.stringify({ ...stored, ...used })}.`);
    return measured;
  }

  /** What ours asks for one document is what the others ask for each. */
  async function record(sizeBytes: number): Promise<void> {
    ({ calls } = await run({ contender: 'ours', sizeBytes, documents: 1, warmUps: 0 }));
  }

  return { run, measure, record, close: () => servers.disconnect() };
}

async function runWorker(worker: string, job: Job, env: NodeJS.ProcessEnv): Promise<Run & Log> {
  const child: ChildProcess = fork(worker, [JSON.stringify(job)], { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const log: Log = { logBytes: 0, logLines: 0 };
  child.stdout?.on('data', (chunk: Buffer) => {
    log.logBytes += chunk.length;
    log.logLines += chunk.filter((byte) => byte === NEWLINE).length;
  });
  const run = await receiveRun(child, job.contender);
  return { ...run, ...log };
}
