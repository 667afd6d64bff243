import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { S3Client } from '@aws-sdk/client-s3';
import type * as z from 'zod/mini';
import { createAwsClient } from './adapters/aws-client.ts';
import { createDynamoTable } from './adapters/dynamo-table.ts';
import { createEventBus } from './adapters/event-bus.ts';
import { createLinkSigner } from './adapters/link-signer.ts';
import { createPresignedSource } from './adapters/presigned-source.ts';
import { createS3Store } from './adapters/s3-store.ts';
import { createParameterReader, createSecretReader } from './adapters/secret.ts';
import { createSqsQueue } from './adapters/sqs-queue.ts';
import { createWorkflowApi } from './adapters/workflow-api.ts';
import { type AwsAccount, readAwsAccount } from './aws-account.ts';
import type { AwsService } from './aws-call.ts';
import { cacheSecret, type CachedSecret, keepSecret } from './cached-secret.ts';
import {
  createApiKeySchema,
  readApiConfig,
  readArchiveConfig,
  readSweepConfig,
  readWebhookConfig,
  type SecretSetting,
  createWebhookSecretsSchema,
} from './config.ts';
import { type Stage, TransientError } from './errors.ts';
import { createHttpGet } from './http-get.ts';
import { measureLine } from './measure-line.ts';
import { type Measurement, METRIC_NAMESPACE, METRICS } from './metrics.ts';
import type { Log, PublishEvents, StepId, Wait } from './ports.ts';
import { createStepLedger } from './step-ledger.ts';
import { createTaskLedger } from './task-ledger.ts';
import { updateManifest } from './update-manifest.ts';
import { withTimeLimit } from './with-time-limit.ts';

const now = () => Date.now();
const wait: Wait = (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted());

/** `webhook` makes three calls at most, and answers within 5 s whatever hangs. */
const WEBHOOK_CALL_MS = 1_500;
/** Less than what waits for it: while the parameter can not be read, the secret of before is the one. */
const WEBHOOK_SECRET_MS = 1_000;
/** `api` makes one call a request, of as many pages and attempts as fit, and answers within 5 s whatever hangs. */
const API_CALL_MS = 5_000;
const API_ATTEMPT_MS = 1_500;
const SECRET_MS = 10_000;
/** Of one attempt: three of them fit between the deadline of a copy and the end of the invocation. */
const CALL_MS = 3_000;
/** Of an object in parts S3 can take its time over the last request. */
const S3_IDLE_MS = 30_000;

/** The log. The figures in a line go out right after it: whoever waits for an alarm waits for no other message. */
function connectLog(): Log {
  const serviceName = process.env.POWERTOOLS_SERVICE_NAME ?? 'chamelio-archive';
  const logger = new Logger({ serviceName });
  const metrics = new Metrics({ namespace: METRIC_NAMESPACE, serviceName });
  const record = ({ name, value, code }: Measurement) => {
    metrics.addMetric(name, METRICS[name], value);
    if (code !== undefined) metrics.singleMetric().addDimension('code', code).addMetric(name, METRICS[name], value);
  };
  return (level, message, fields) => {
    logger[level](message, fields);
    measureLine(message, fields).forEach(record);
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
}

/** Without a bus nothing is kept for one. */
function connectBus(busName: string | undefined): { publishEvents: PublishEvents; keepsEvents: boolean } {
  if (busName === undefined) return { publishEvents: async () => undefined, keepsEvents: false };
  const client = connectService('events', CALL_MS);
  return { publishEvents: createEventBus({ client, busName }), keepsEvents: true };
}

function connectSecret<T>(setting: SecretSetting<T>, schema: z.ZodMiniType<T>, timeoutMs: number): CachedSecret<T> {
  if ('value' in setting) return keepSecret(setting.value);
  const read = createParameterReader(connectService('ssm', timeoutMs), setting.parameter);
  return cacheSecret(createSecretReader({ read, schema, timeoutMs }), now);
}

/** Signs and never calls. */
const createS3Client = () =>
  new S3Client({
    // Local endpoints have no bucket in their host name.
    forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL),
    // Whoever follows a link in a browser compares no checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

type Place = { service: AwsService; find: (account: AwsAccount) => URL };

function connectAws({ service, find }: Place, limits: { attemptMs: number } | { idleMs: number }) {
  const account = readAwsAccount(process.env);
  const { region, credentials } = account;
  return createAwsClient({ service, endpoint: find(account), region, credentials, ...limits });
}

const connectService = (service: Exclude<AwsService, 's3' | 'sqs'>, attemptMs: number) =>
  connectAws({ service, find: ({ locate }) => locate(service) }, { attemptMs });

function connectStore(bucket: string) {
  const place: Place = { service: 's3', find: ({ locateBucket }) => locateBucket(bucket) };
  return createS3Store({ client: connectAws(place, { idleMs: S3_IDLE_MS }), bucket });
}

/** Calls to AWS that are over in time, whatever hangs. */
const limitCalls =
  (timeoutMs: number) =>
  <T>(stage: Stage, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    withTimeLimit(work, timeoutMs, () => {
      const message = `No answer from AWS within ${timeoutMs} ms.`;
      return new TransientError({ stage, code: 'aws_timeout', message });
    });

const connectTable = (tableName: string, attemptMs: number) =>
  createDynamoTable({ client: connectService('dynamodb', attemptMs), tableName, now });

function connectQueue(queueUrl: string, attemptMs: number) {
  const place: Place = { service: 'sqs', find: ({ locateQueue }) => locateQueue(queueUrl) };
  return createSqsQueue({ client: connectAws(place, { attemptMs }), queueUrl });
}

/** Everything `webhook` works with. @throws Error naming everything that is wrong with the environment */
export function connectWebhook() {
  const config = readWebhookConfig(process.env);
  const queue = connectQueue(config.queueUrl, WEBHOOK_CALL_MS);
  const secrets = connectSecret(config.webhookSecrets, createWebhookSecretsSchema(), WEBHOOK_SECRET_MS);
  const limit = limitCalls(WEBHOOK_CALL_MS);
  return {
    log: connectLog(),
    now,
    organizationId: config.organizationId,
    secrets: { read: () => limit('queue', secrets.read), reread: () => limit('queue', secrets.reread) },
    send: (body: string) => limit('queue', (signal) => queue.send(body, { signal })),
  };
}

/** Everything `api` works with. @throws Error naming everything that is wrong with the environment */
export function connectApi() {
  const { table: tableName, queueUrl } = readApiConfig(process.env);
  const table = connectTable(tableName, API_ATTEMPT_MS);
  const queue = connectQueue(queueUrl, API_ATTEMPT_MS);
  const limit = limitCalls(API_CALL_MS);
  return {
    log: connectLog(),
    now,
    table: {
      read: (key: StepId) => limit('record', (signal) => table.read(key, signal)),
      listRecords: (taskId: string) => limit('record', (signal) => table.listRecords(taskId, signal)),
    },
    signLink: createLinkSigner({ client: createS3Client(), now }),
    send: (body: string) => limit('queue', (signal) => queue.send(body, { signal })),
  };
}

/** Everything `archive` works with. @throws Error naming everything that is wrong with the environment */
export function connectArchive() {
  const config = readArchiveConfig(process.env);
  const { keyPrefix, maxDocumentBytes, maxReceiveCount, allowedHosts, baseUrl, userEmail, documentScope } = config;
  const { get } = createHttpGet({ now });
  const apiKey = connectSecret(config.apiKey, createApiKeySchema(), SECRET_MS);
  const table = connectTable(config.table, CALL_MS);
  const bus = connectBus(config.eventBusName);
  const store = connectStore(config.bucket);
  const manifests = { table, store, keyPrefix, keepsEvents: bus.keepsEvents, now };
  return {
    log: connectLog(),
    now,
    wait,
    random: Math.random,
    createId: randomUUID,
    workflowApi: createWorkflowApi({ baseUrl, apiKey, get, now, userEmail }),
    documentScope,
    openLink: createPresignedSource({ allowedHosts, get, now }),
    store,
    stepLedger: createStepLedger(table, now, bus),
    publishEvents: bus.publishEvents,
    taskLedger: createTaskLedger(table),
    updateManifest: (taskId: string, signal: AbortSignal) => updateManifest(taskId, manifests, signal),
    queue: connectQueue(config.queueUrl, CALL_MS),
    keyPrefix,
    maxDocumentBytes,
    maxReceiveCount,
  };
}

/** Everything `sweep` works with. @throws Error naming everything that is wrong with the environment */
export function connectSweep() {
  const { baseUrl, table: tableName, queueUrl, eventBusName, apiKey: setting } = readSweepConfig(process.env);
  const { get } = createHttpGet({ now });
  const apiKey = connectSecret(setting, createApiKeySchema(), SECRET_MS);
  const table = connectTable(tableName, CALL_MS);
  const bus = connectBus(eventBusName);
  return {
    log: connectLog(),
    now,
    wait,
    random: Math.random,
    ...bus,
    stepLedger: createStepLedger(table, now, bus),
    workflowApi: createWorkflowApi({ baseUrl, apiKey, get, now }),
    table,
    taskLedger: createTaskLedger(table),
    queue: connectQueue(queueUrl, CALL_MS),
  };
}
