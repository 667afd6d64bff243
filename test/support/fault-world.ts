import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { startEventBus } from '../../local/event-bus.ts';
import type { Listening } from '../../local/listen-on-loopback.ts';
import { credentials, region } from '../../local/local-account.ts';
import { startQueue } from '../../local/queue.ts';
import { createS3Server } from '../../local/s3/s3-server.ts';
import { startStorage } from '../../local/storage.ts';
import { startTable } from '../../local/table.ts';
import { startVendor } from '../../local/vendor.ts';
import type { VendorTask } from '../../local/vendor-task.ts';
import { createFaultPlan } from './fault-plan.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { Service } from './name-request.ts';

const BUCKET = 'archive';
const API_KEY = 'ca_key_of_the_faults';
const WEBHOOK_SECRET = 'a-secret-of-the-faults';

export type FaultWorld = Awaited<ReturnType<typeof startFaultWorld>>;

/**
 * The vendor, its storage, S3, DynamoDB, SQS and EventBridge, each behind a proxy; `environment` leads the handlers to the proxies.
 * What a test itself asks the services goes past them.
 */
export async function startFaultWorld({ maxReceiveCount = 10 } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'fault-world-'));
  const plan = createFaultPlan();
  const tasks: VendorTask[] = [];
  const clock = { aheadMs: 0 };
  const open: { close: () => Promise<void> }[] = [];
  const keep = <T extends { close: () => Promise<void> }>(part: T): T => {
    open.unshift(part);
    return part;
  };
  const front = async (service: Service, upstreamUrl: string, amend?: (body: string) => string): Promise<Listening> => {
    const now = () => Date.now() + clock.aheadMs;
    const options = { service, upstreamUrl, intercept: plan.intercept, now };
    return keep(await startFaultProxy(amend ? { ...options, amend } : options));
  };

  const storage = keep(await startStorage());
  const storageFront = await front('storage', storage.url);
  const sign: typeof storage.sign = (path) => {
    const { url, expiresAt } = storage.sign(path);
    return { url: url.replace(storage.url, storageFront.url), expiresAt };
  };
  const vendor = keep(await startVendor({ apiKey: API_KEY, storage: { ...storage, sign }, tasks }));
  const s3 = keep(await createS3Server({ directory: join(directory, 's3') }));
  s3.createBucket(BUCKET);
  const table = keep(await startTable());
  const queue = keep(await startQueue({ maxReceiveCount }));
  const bus = keep(await startEventBus());
  const sqsFront = await front('sqs', queue.url, endDelays);
  const s3Client = new S3Client({ endpoint: s3.url, region, credentials, forcePathStyle: true });

  return {
    plan,
    tasks,
    storage,
    table,
    queue,
    bus,
    /** How far the time of the handlers has moved on: nobody waits. */
    clock,
    s3: { ...s3, bucket: BUCKET, client: s3Client },
    webhookSecret: WEBHOOK_SECRET,
    environment: {
      CHAMELIO_BASE_URL: (await front('vendor', vendor.url)).url,
      CHAMELIO_API_KEY: API_KEY,
      CHAMELIO_WEBHOOK_SECRET: WEBHOOK_SECRET,
      ARCHIVE_BUCKET: BUCKET,
      ARCHIVE_TABLE: table.tableName,
      ARCHIVE_QUEUE_URL: queue.queueUrl.replace(queue.url, sqsFront.url),
      DOWNLOAD_ALLOWED_HOSTS: storageFront.url,
      MAX_RECEIVE_COUNT: String(maxReceiveCount),
      AWS_ENDPOINT_URL_S3: (await front('s3', s3.url)).url,
      AWS_ENDPOINT_URL_DYNAMODB: (await front('dynamodb', table.url)).url,
      AWS_ENDPOINT_URL_SQS: sqsFront.url,
      EVENT_BUS_NAME: bus.busName,
      AWS_ENDPOINT_URL_EVENTBRIDGE: (await front('events', bus.url)).url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
      // A process is started for each that is killed.
      NODE_COMPILE_CACHE: join(directory, 'compiled'),
    },
    async close() {
      for (const part of open) await part.close();
      s3Client.destroy();
      await rm(directory, { recursive: true });
    },
  };
}

/** The embedded SQS counts a delay in real time: here it is over at once. */
const endDelays = (body: string) => body.replace(/"DelaySeconds":\d+/g, '"DelaySeconds":0');
