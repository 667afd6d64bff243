import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectVersionsCommand, type ObjectVersion, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { setEnvironment } from '../../local/environment.ts';
import type { LambdaHandler } from '../../local/lambda-context.ts';
import { credentials, region } from '../../local/local-account.ts';
import { startQueue } from '../../local/queue.ts';
import { startQueuePoller } from '../../local/queue-poller.ts';
import { createS3Server } from '../../local/s3/s3-server.ts';
import { startSmallDocuments } from './small-documents.ts';

const BUCKET = 'archive';
const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** The table is half of the work: it gets a core of its own. */
async function startTableProcess() {
  const child = fork(join(import.meta.dirname, 'table-process.ts'));
  const [started] = (await once(child, 'message')) as [{ url: string; tableName: string }];
  const close = async () => {
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  };
  return { ...started, close };
}

/** The real archive function behind the real queue, with a small document for every task. One for a process. */
export async function startBurstWorld({ maxReceiveCount }: { maxReceiveCount: number }) {
  const directory = await mkdtemp(join(tmpdir(), 'burst-world-'));
  let asked = 0;
  // Every now and then S3 is asked too much of.
  const source = await startSmallDocuments(() => {
    asked += 1;
    if (asked % 200 === 0) s3.failNext('PutObject', { status: 503, code: 'SlowDown' });
  });
  const s3 = await createS3Server({ directory });
  s3.createBucket(BUCKET);
  const table = await startTableProcess();
  const queue = await startQueue({ maxReceiveCount });
  const { client: sqs, queueUrl, deadLetterQueueUrl } = queue;
  const s3Client = new S3Client({ endpoint: s3.url, region, credentials, forcePathStyle: true });
  setEnvironment({
    CHAMELIO_BASE_URL: source.url,
    DOWNLOAD_ALLOWED_HOSTS: source.url,
    ARCHIVE_BUCKET: BUCKET,
    ARCHIVE_TABLE: table.tableName,
    ARCHIVE_QUEUE_URL: queueUrl,
    MAX_RECEIVE_COUNT: String(maxReceiveCount),
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SQS: queue.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const { handler } = await import('../../handlers/archive.ts');

  /** What waits for its visibility, by its message. */
  const hidden = new Map<string, string>();
  const watched: LambdaHandler = async (event, context) => {
    const answer = await handler(event, context);
    const failed = new Set((answer as SQSBatchResponse).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const { messageId, receiptHandle } of (event as SQSEvent).Records) {
      if (failed.has(messageId)) hidden.set(messageId, receiptHandle);
      else hidden.delete(messageId);
    }
    return answer;
  };

  async function countMessages(url: string): Promise<number> {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...COUNTS] });
    const { Attributes = {} } = await sqs.send(command);
    return COUNTS.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  }

  return {
    countMessages: () => countMessages(queueUrl),
    async send(bodies: readonly string[]): Promise<void> {
      const batches = Array.from({ length: Math.ceil(bodies.length / 10) }, (_, index) =>
        bodies.slice(index * 10, index * 10 + 10),
      );
      for (const batch of batches) {
        const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      }
    },
    startPoller: (onError: (error: unknown) => void) =>
      startQueuePoller({
        ...queue,
        functionName: 'archive',
        handler: watched,
        timeoutMs: 900_000,
        concurrency: 4,
        onError,
      }),
    /** As if the time had passed until all that is hidden is seen again. */
    async passTime(): Promise<void> {
      for (const [messageId, ReceiptHandle] of hidden) {
        hidden.delete(messageId);
        const command = new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 });
        // What went to the dead letters is no longer there.
        await sqs.send(command).catch(() => undefined);
      }
    },
    async listDeadLetters(): Promise<string[]> {
      const bodies: string[] = [];
      for (;;) {
        const command = new ReceiveMessageCommand({ QueueUrl: deadLetterQueueUrl, MaxNumberOfMessages: 10 });
        const { Messages = [] } = await sqs.send(command);
        if (Messages.length === 0) return bodies;
        bodies.push(...Messages.map(({ Body = '' }) => Body));
      }
    },
    async listVersions(): Promise<ObjectVersion[]> {
      const versions: ObjectVersion[] = [];
      let page: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
      for (;;) {
        const listed = await s3Client.send(new ListObjectVersionsCommand({ Bucket: BUCKET, ...page }));
        versions.push(...(listed.Versions ?? []));
        if (!listed.IsTruncated) return versions;
        page = { KeyMarker: listed.NextKeyMarker, VersionIdMarker: listed.NextVersionIdMarker };
      }
    },
    countThrottled: () => s3.operations.filter(({ status }) => status === 503).length,
    async close(): Promise<void> {
      s3Client.destroy();
      await Promise.all([source.close(), table.close(), s3.close(), queue.close()]);
      await rm(directory, { recursive: true });
    },
  };
}
