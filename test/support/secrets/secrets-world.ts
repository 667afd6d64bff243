import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { startBucket } from '../../../local/bucket.ts';
import { startEventBus } from '../../../local/event-bus.ts';
import type { Listening } from '../../../local/listen-on-loopback.ts';
import { region } from '../../../local/local-account.ts';
import { startQueue } from '../../../local/queue.ts';
import { signWebhook } from '../../../local/sign-webhook.ts';
import { createSqsEvent, selectDone } from '../../../local/sqs-event.ts';
import { startTable } from '../../../local/table.ts';
import { type Intercept, startFaultProxy } from '../fault-proxy.ts';
import { startScriptedServer } from '../scripted-server.ts';
import { type AwsService, refuseWithSecrets } from './aws-echoes.ts';
import { accessKeyId, apiKey, secretAccessKey, sessionToken, userEmail, webhookSecret } from './known-secrets.ts';
import { type Observed, startObservedFunctions } from './observed-functions.ts';
import { startParameterStore } from './parameter-store.ts';

export const API_KEY_PARAMETER = '/archive/api-key';
export const WEBHOOK_SECRET_PARAMETER = '/archive/webhook-secret';

export type SecretsWorld = Awaited<ReturnType<typeof startSecretsWorld>>;

/**
 * The real functions in a process whose output is read, with recognisable secrets: AWS credentials in its environment,
 * the API key and the webhook secret in a Parameter Store. Unless told otherwise every receipt is a message's last, so
 * that what fails ends in the dead-letter queue.
 */
export async function startSecretsWorld({ maxReceiveCount = 1 } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'secrets-'));
  const storage = await startScriptedServer();
  const vendor = await startScriptedServer(storage.url);
  const neighbour = await startScriptedServer();
  const s3 = await startBucket({ directory: join(directory, 's3') });
  const table = await startTable();
  const queue = await startQueue({ maxReceiveCount });
  const bus = await startEventBus();
  const parameters = await startParameterStore();
  const s3Client = new S3Client({
    endpoint: s3.url,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });

  const sentToAws: string[] = [];
  const signatures: string[] = [];
  const refusing = new Set<AwsService>();
  const intercept: Intercept = async ({ service, body }, forward) => {
    sentToAws.push(Buffer.concat(body).toString('latin1'));
    const isRefused = refusing.has(service as AwsService);
    return isRefused ? refuseWithSecrets(service as AwsService) : forward();
  };
  const front = (service: AwsService, { url }: Listening) =>
    startFaultProxy({ service, upstreamUrl: url, intercept, now: Date.now });
  const fronts = {
    s3: await front('s3', s3),
    dynamodb: await front('dynamodb', table),
    sqs: await front('sqs', queue),
    events: await front('events', bus),
  };

  const functions = await startObservedFunctions(
    {
      CHAMELIO_BASE_URL: vendor.url,
      CHAMELIO_API_KEY_PARAMETER: API_KEY_PARAMETER,
      CHAMELIO_WEBHOOK_SECRET_PARAMETER: WEBHOOK_SECRET_PARAMETER,
      CHAMELIO_USER_EMAIL: userEmail,
      DOWNLOAD_ALLOWED_HOSTS: [storage, vendor, neighbour].map(({ url }) => url).join(','),
      MAX_DOCUMENT_BYTES: String(64 * 1024),
      MAX_RECEIVE_COUNT: String(maxReceiveCount),
      ARCHIVE_BUCKET: s3.bucket,
      ARCHIVE_TABLE: table.tableName,
      ARCHIVE_QUEUE_URL: queue.queueUrl.replace(queue.url, fronts.sqs.url),
      AWS_ENDPOINT_URL_S3: fronts.s3.url,
      AWS_ENDPOINT_URL_DYNAMODB: fronts.dynamodb.url,
      AWS_ENDPOINT_URL_SQS: fronts.sqs.url,
      EVENT_BUS_NAME: bus.busName,
      AWS_ENDPOINT_URL_EVENTBRIDGE: fronts.events.url,
      AWS_ENDPOINT_URL_SSM: parameters.url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      // Nothing that could be written stays unwritten.
      POWERTOOLS_LOG_LEVEL: 'DEBUG',
    },
    directory,
  );

  const receive = async (QueueUrl: string) => {
    const MessageSystemAttributeNames = ['All'] as const;
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: [...MessageSystemAttributeNames],
    });
    return (await queue.client.send(command)).Messages ?? [];
  };

  /** Whatever else is on the queue, such as what a sweep put back, would blur what becomes of this one. */
  async function receiveOwn(body: string) {
    for (;;) {
      const messages = await receive(queue.queueUrl);
      const own = messages.filter(({ Body }) => Body === body);
      if (own.length > 0 || messages.length === 0) return own;
    }
  }

  async function readObjects(): Promise<string[]> {
    const { Versions = [] } = await s3Client.send(new ListObjectVersionsCommand({ Bucket: s3.bucket }));
    return Promise.all(
      Versions.map(async ({ Key, VersionId }) => {
        const { Body, ...head } = await s3Client.send(new GetObjectCommand({ Bucket: s3.bucket, Key, VersionId }));
        const content = await Body?.transformToString('latin1');
        return JSON.stringify({ Key, head: { ...head, $metadata: undefined }, content });
      }),
    );
  }

  return {
    vendor,
    storage,
    neighbour,
    parameters,
    refusing,
    sentToAws,
    /** Those of all webhooks so far. */
    signatures,
    functions,
    /** Puts a message on the queue and hands it to the function, as Lambda does. */
    async deliver(body: object | string, options = {}): Promise<Observed> {
      const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
      await queue.client.send(new SendMessageCommand({ QueueUrl: queue.queueUrl, MessageBody }));
      const messages = await receiveOwn(MessageBody);
      const observed = await functions.invoke('archive', createSqsEvent(messages, queue.queueArn), options);
      for (const { ReceiptHandle } of selectDone(messages, observed.answer)) {
        await queue.client.send(new DeleteMessageCommand({ QueueUrl: queue.queueUrl, ReceiptHandle }));
      }
      return observed;
    },
    /** Posts to the webhook, signed with `secret`. */
    post: (body: string, { secret = webhookSecret, ...options }: { secret?: string; clockAheadMs?: number } = {}) => {
      const signature = signWebhook(body, secret);
      signatures.push(signature.replace('sha256=', ''));
      const headers = { 'x-chamelio-signature': signature };
      return functions.invoke('webhook', { headers, body, isBase64Encoded: false }, options);
    },
    /** Both parameters as they should be. */
    provideSecrets: () => {
      parameters.set(API_KEY_PARAMETER, { value: apiKey });
      parameters.set(WEBHOOK_SECRET_PARAMETER, { value: webhookSecret });
    },
    /** Everything that lies anywhere: by place, one text a record, object or message. */
    async readAll(): Promise<Record<'records' | 'objects' | 'queued' | 'dead' | 'events', string[]>> {
      const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
      const queued = await receive(queue.queueUrl);
      const dead: string[] = [];
      for (let batch = await receive(queue.deadLetterQueueUrl); batch.length > 0; ) {
        dead.push(...batch.map((message) => JSON.stringify(message)));
        batch = await receive(queue.deadLetterQueueUrl);
      }
      return {
        records: Items.map((item) => JSON.stringify(item)),
        objects: await readObjects(),
        queued: queued.map((message) => JSON.stringify(message)),
        dead,
        events: bus.events.map((event) => JSON.stringify(event)),
      };
    },
    async close() {
      await functions.close();
      s3Client.destroy();
      const parts = [vendor, storage, neighbour, s3, table, queue, bus, parameters, ...Object.values(fronts)];
      await Promise.all(parts.map((part) => part.close()));
      await rm(directory, { recursive: true });
    },
  };
}
