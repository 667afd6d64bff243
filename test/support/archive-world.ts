import { createHash } from 'node:crypto';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { createArchiveHandler } from '../../handlers/archive.ts';
import { createDynamoTable } from '../../lib/adapters/dynamo-table.ts';
import { createPresignedSource } from '../../lib/adapters/presigned-source.ts';
import { createS3Store } from '../../lib/adapters/s3-store.ts';
import { createWorkflowApi } from '../../lib/adapters/workflow-api.ts';
import { cacheSecret } from '../../lib/cached-secret.ts';
import type { DocumentScope } from '../../lib/config.ts';
import { TransientError } from '../../lib/errors.ts';
import { createHttpGet } from '../../lib/http-get.ts';
import type { PublishEvents, RecordAttributes, RecordChange } from '../../lib/ports.ts';
import { createStepLedger } from '../../lib/step-ledger.ts';
import { createTaskLedger } from '../../lib/task-ledger.ts';
import { updateManifest } from '../../lib/update-manifest.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';
import { connectTestBucket, connectTestClient } from './aws-clients.ts';
import { startScriptedServer } from './scripted-server.ts';
import { startTestBucket, startTestTable } from './services.ts';

export const MAX_RECEIVE_COUNT = 10;

export type Receipt = { body: object | string; receiveCount?: number };

export type ReceiveOptions = {
  /** Which documents are archived; all of them need somebody to ask for. */
  documentScope?: DocumentScope;
  userEmail?: string;
  /** What the key's parameter holds, one value after the other; the first was read more than a minute ago. */
  keys?: string[];
  maxDocumentBytes?: number;
  idleMs?: number;
  /** What is left of the invocation: at its beginning, and at every look after that. */
  remainingMs?: [first: number, then: number];
  /** The queue takes nothing. */
  isQueueDown?: boolean;
  /** There is a bus, and this is what it does with events. */
  bus?: PublishEvents;
};

/** What became of a message: "acknowledged", "back in 30 s", "left where it is", "sent again in 30 s". */
export type Settlement = string;

export type Received = {
  settled: Settlement[];
  sent: { body: string; delaySeconds: number | undefined }[];
  lines: Record<string, unknown>[];
};

export type ArchiveWorld = Awaited<ReturnType<typeof startArchiveWorld>>;

export const hashOf = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/**
 * The archive function between a vendor and a storage host that answer as they are told, an S3 and a DynamoDB,
 * and a queue that writes down what it is asked for. Time stands still unless it is made to pass; nothing jitters.
 */
export async function startArchiveWorld() {
  const storage = await startScriptedServer();
  const vendor = await startScriptedServer(storage.url);
  const s3 = await startTestBucket();
  const { bucket, client } = s3;
  const localTable = await startTestTable();
  let clock = Date.parse('2026-03-02T12:00:00.000Z');
  let count = 0;
  const now = () => clock;
  const table = createDynamoTable({
    client: connectTestClient('dynamodb', localTable.url),
    tableName: localTable.tableName,
    now,
  });
  const stepLedger = createStepLedger(table, now);
  const store = createS3Store({ client: connectTestBucket(s3), bucket });

  /** As lib/runtime.ts does it, with all that stays the same from run to run. */
  async function createHandler(received: Received & { visibility: Map<string, number> }, options: ReceiveOptions) {
    const { keys = ['ca_key'], maxDocumentBytes = 5 * 1024 ** 3, idleMs = 30_000, isQueueDown = false, bus } = options;
    const { documentScope = 'generated', userEmail } = options;
    const http = createHttpGet({ idleMs });
    const left = [...keys];
    const apiKey = cacheSecret(async () => (left.length > 1 ? left.shift() : left[0]) as string, now);
    await apiKey.read();
    clock += 61_000;
    const take = async <T>(work: () => T): Promise<T> => {
      if (!isQueueDown) return work();
      throw new TransientError({ stage: 'queue', code: 'queue_unavailable', message: 'SQS failed.' });
    };
    return createArchiveHandler({
      log: (level, message, fields) => void received.lines.push({ level, message, ...fields }),
      now,
      wait: async () => undefined,
      random: () => 0.5,
      createId: () => `lease_${++count}`,
      workflowApi: createWorkflowApi({ baseUrl: vendor.url, apiKey, get: http.get, now, userEmail }),
      documentScope,
      openLink: createPresignedSource({
        allowedHosts: [{ origin: storage.url }, { suffix: '.amazonaws.com' }, { host: 'localhost' }],
        get: http.get,
        now,
      }),
      store,
      stepLedger: bus ? createStepLedger(table, now, { keepsEvents: true }) : stepLedger,
      publishEvents: bus ?? (async () => undefined),
      taskLedger: createTaskLedger(table),
      updateManifest: (taskId, signal) =>
        updateManifest(taskId, { table, store, keyPrefix: '', keepsEvents: bus !== undefined, now }, signal),
      queue: {
        send: (body, { delaySeconds } = {}) => take(() => void received.sent.push({ body, delaySeconds })),
        sendAll: (bodies) =>
          take(() => void received.sent.push(...bodies.map((body) => ({ body, delaySeconds: undefined })))),
        changeVisibility: (handle, seconds) => take(() => void received.visibility.set(handle, seconds)),
      },
      keyPrefix: '',
      maxDocumentBytes,
      maxReceiveCount: MAX_RECEIVE_COUNT,
    });
  }

  const createContext = ([first, then]: [number, number] = [900_000, 900_000]): Context => {
    let looks = 0;
    const getRemainingTimeInMillis = () => (looks++ === 0 ? first : then);
    return { ...createLambdaContext('archive', 900_000), getRemainingTimeInMillis };
  };

  /** Hands a batch to the function. */
  async function receive(receipts: readonly Receipt[], options: ReceiveOptions = {}): Promise<Received> {
    const received = { settled: [], sent: [], lines: [], visibility: new Map<string, number>() };
    const handler = await createHandler(received, options);
    const messages = receipts.map(({ body, receiveCount = 1 }) => ({
      eventSource: 'aws:sqs',
      messageId: `message_${++count}`,
      receiptHandle: `receipt_${count}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      attributes: { ApproximateReceiveCount: String(receiveCount) },
    }));
    const answer = await handler({ Records: messages }, createContext(options.remainingMs));
    const { batchItemFailures } = answer as { batchItemFailures: { itemIdentifier: string }[] };
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const { sent, lines, visibility } = received as Received & typeof received;
    const settled = messages.map(({ messageId, receiptHandle, body }) => {
      const seconds = visibility.get(receiptHandle);
      if (failed.has(messageId)) return seconds === undefined ? 'left where it is' : `back in ${seconds} s`;
      const resent = sent.find((candidate) => candidate.body === body);
      return resent ? `sent again in ${resent.delaySeconds} s` : 'acknowledged';
    });
    return { settled, sent, lines };
  }

  return {
    vendor,
    storage,
    s3,
    bucket,
    client,
    store,
    stepLedger,
    now,
    pass: (seconds: number) => void (clock += seconds * 1000),
    createTaskId: () => `task_${++count}`,
    receive,
    /** Invokes the function with one event, not by the queue. */
    async invoke(event: unknown, options: ReceiveOptions = {}) {
      const received = { settled: [], sent: [], lines: [], visibility: new Map<string, number>() };
      const handler = await createHandler(received, options);
      const answer = await handler(event, createContext(options.remainingMs));
      const { sent, lines } = received as Received & typeof received;
      return { answer, sent, lines };
    },
    readRecord: async (taskId: string, stepId = 'step') => table.read({ taskId, stepId }),
    /** Puts a record that was not there. */
    put: (taskId: string, stepId: string, set: RecordAttributes) =>
      table.update({ taskId, stepId }, { set, condition: 'attribute_not_exists(#task_id)' }),
    /** Changes the record of a task by hand. */
    changeTask: (taskId: string, change: Pick<RecordChange, 'remove'> & { set?: RecordAttributes }) =>
      table.update({ taskId, stepId: '#task' }, { set: {}, ...change, condition: 'attribute_exists(#task_id)' }),
    /** Takes a step's record away, as if the crash had come before it was written. */
    async forget(taskId: string, stepId = 'step') {
      const Key = { task_id: { S: taskId }, step_id: { S: stepId } };
      await localTable.client.send(new DeleteItemCommand({ TableName: localTable.tableName, Key }));
    },
    /** What lies in the bucket for a task, the oldest version first. */
    async listStored(taskId: string) {
      const Prefix = `tasks/${taskId}/`;
      const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix }));
      const reading = Versions.toReversed().map(async ({ Key, VersionId, ETag }) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }));
        const content = Buffer.from((await Body?.transformToByteArray()) ?? []);
        return { key: Key, versionId: VersionId, etag: ETag, sha256: hashOf(content) };
      });
      return Promise.all(reading);
    },
    async listUploads() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return Uploads.map(({ Key }) => Key);
    },
    listOperations: (taskId: string) =>
      s3.operations.filter(({ key }) => key.startsWith(`tasks/${taskId}/`)).map(({ operation }) => operation),
    async close() {
      await Promise.all([vendor.close(), storage.close(), localTable.close(), s3.close()]);
    },
  };
}
