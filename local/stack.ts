import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { ROUTES } from '../lib/api-request.ts';
import { type LocalBucket, startBucket } from './bucket.ts';
import { setEnvironment } from './environment.ts';
import { startEventBus } from './event-bus.ts';
import { startHttpFront } from './http-front.ts';
import { createLambdaContext, type LambdaHandler } from './lambda-context.ts';
import { credentials, region } from './local-account.ts';
import { type LocalQueue, type QueueOptions, startQueue } from './queue.ts';
import { startQueuePoller } from './queue-poller.ts';
import { signWebhook } from './sign-webhook.ts';
import { startStorage } from './storage.ts';
import { type LocalTable, startTable } from './table.ts';
import { startVendor } from './vendor.ts';
import type { VendorTask } from './vendor-task.ts';

export type Ports = {
  webhook: number;
  vendor: number;
  storage: number;
  s3: number;
  dynamodb: number;
  sqs: number;
  events: number;
};

/** What AWS has here. */
export type Services = {
  startBucket: (options: { directory: string; port: number }) => Promise<LocalBucket>;
  startTable: (options: { port: number }) => Promise<LocalTable>;
  startQueue: (options: QueueOptions & { port: number }) => Promise<LocalQueue>;
};

export type StackOptions = {
  /** Where the objects of the bucket go. */
  directory: string;
  tasks: readonly VendorTask[];
  /** A port that is not named is any free one. */
  ports?: Partial<Ports>;
  maxReceiveCount?: number;
  queueAttributes?: Record<string, string>;
  /** The embedded ones, unless told otherwise. */
  services?: Services;
  /** Set beside what the contract asks for, such as a log level. */
  environment?: Record<string, string>;
  onError?: (error: unknown) => void;
};

export type Stack = Awaited<ReturnType<typeof startStack>>;

const httpTimeoutMs = 10_000;
const archiveTimeoutMs = 900_000;
const sweepTimeoutMs = 600_000;
const sweepEveryMs = 15 * 60_000;

/**
 * The whole system in this process, on 127.0.0.1 only: the real handlers, the AWS services they use, and the vendor.
 * The handlers read the environment when they are first imported, so a process gets one stack.
 */
export async function startStack(options: StackOptions) {
  const { ports = {}, maxReceiveCount = 10, queueAttributes = {}, onError = () => undefined } = options;
  const services = options.services ?? { startBucket, startTable, startQueue };
  const apiKey = `ca_${randomBytes(24).toString('base64url')}`;
  const webhookSecret = randomBytes(32).toString('hex');
  const open: { close: () => Promise<void> }[] = [];
  const keep = async <T extends { close: () => Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    open.unshift(started);
    return started;
  };
  const close = async () => {
    for (const part of open.splice(0)) await part.close();
  };

  try {
    const storage = await keep(startStorage({ port: ports.storage ?? 0 }));
    const vendor = await keep(startVendor({ apiKey, storage, tasks: options.tasks, port: ports.vendor ?? 0 }));
    const s3 = await keep(services.startBucket({ directory: join(options.directory, 's3'), port: ports.s3 ?? 0 }));
    const table = await keep(services.startTable({ port: ports.dynamodb ?? 0 }));
    const queue = await keep(
      services.startQueue({ port: ports.sqs ?? 0, maxReceiveCount, attributes: queueAttributes }),
    );

    const bus = await keep(startEventBus({ port: ports.events ?? 0 }));

    const environment: Readonly<Record<string, string>> = {
      CHAMELIO_BASE_URL: vendor.url,
      CHAMELIO_API_KEY: apiKey,
      CHAMELIO_WEBHOOK_SECRET: webhookSecret,
      ARCHIVE_BUCKET: s3.bucket,
      ARCHIVE_TABLE: table.tableName,
      ARCHIVE_QUEUE_URL: queue.queueUrl,
      DOWNLOAD_ALLOWED_HOSTS: storage.url,
      MAX_RECEIVE_COUNT: String(maxReceiveCount),
      EVENT_BUS_NAME: bus.busName,
      AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ENDPOINT_URL_DYNAMODB: table.url,
      AWS_ENDPOINT_URL_SQS: queue.url,
      AWS_REGION: region,
      // The AWS CLI reads this one.
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...options.environment,
    };
    setEnvironment(environment);
    const webhook = (await import('../handlers/webhook.ts')).handler as unknown as LambdaHandler;
    const archive = (await import('../handlers/archive.ts')).handler;
    const api = (await import('../handlers/api.ts')).handler as unknown as LambdaHandler;
    const sweep = (await import('../handlers/sweep.ts')).handler as unknown as LambdaHandler;

    const routes = {
      'POST /webhooks/chamelio': { functionName: 'webhook', timeoutMs: httpTimeoutMs, handler: webhook },
      ...Object.fromEntries(
        // Whoever reaches this machine may ask: there is no authorizer here.
        Object.keys(ROUTES).map((key) => [key, { functionName: 'api', timeoutMs: httpTimeoutMs, handler: api }]),
      ),
    };
    const front = await keep(startHttpFront({ routes, port: ports.webhook ?? 0, onError }));
    const poller = startQueuePoller({
      ...queue,
      functionName: 'archive',
      handler: archive,
      timeoutMs: archiveTimeoutMs,
      onError,
    });
    open.unshift({ close: poller.stop });
    const invokeSweep = (event: unknown = {}) => sweep(event, createLambdaContext('sweep', sweepTimeoutMs));
    const schedule = setInterval(() => void invokeSweep().catch(onError), sweepEveryMs);
    open.unshift({ close: async () => clearInterval(schedule) });
    const s3Client = new S3Client({ endpoint: s3.url, region, credentials, forcePathStyle: true });
    const webhookUrl = `${front.url}/webhooks/chamelio`;

    return {
      environment,
      webhookUrl,
      /** Where the HTTP API is; the webhook is beside it. */
      apiUrl: front.url,
      /** Calls the archive function with an event of one's own, as `invoke` does. */
      invokeArchive: (event: unknown) => archive(event, createLambdaContext('archive', archiveTimeoutMs)),
      /** Runs the sweep, as its schedule does every 15 minutes. */
      invokeSweep,
      vendor,
      storage,
      s3: { ...s3, client: s3Client },
      table,
      queue,
      bus,
      /** Posts `body` to the webhook, signed unless another signature is given. */
      postWebhook: (body: string, headers: Record<string, string> = {}) =>
        fetch(webhookUrl, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-chamelio-signature': signWebhook(body, webhookSecret),
            ...headers,
          },
          body,
        }),
      whenQuiet: poller.whenIdle,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
