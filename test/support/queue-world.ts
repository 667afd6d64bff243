import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListMultipartUploadsCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { setEnvironment } from '../../local/environment.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';
import type { Listening } from '../../local/listen-on-loopback.ts';
import { credentials, region } from '../../local/local-account.ts';
import { startQueue } from '../../local/queue.ts';
import { createS3Server } from '../../local/s3/s3-server.ts';
import { createSqsEvent, selectDone } from '../../local/sqs-event.ts';
import { startTable } from '../../local/table.ts';
import { startScriptedServer } from './scripted-server.ts';
import { type Seen, startStallingFront } from './stalling-front.ts';

const BUCKET = 'archive';

export type Service = 's3' | 'dynamodb' | 'sqs';

/**
 * The real archive function with its real adapters, called by the test itself with what the real queue holds; S3,
 * DynamoDB and SQS can be stalled. One for a process.
 */
export async function startQueueWorld({ maxReceiveCount }: { maxReceiveCount: number }) {
  const directory = await mkdtemp(join(tmpdir(), 'queue-world-'));
  const storage = await startScriptedServer();
  const vendor = await startScriptedServer(storage.url);
  const s3 = await createS3Server({ directory });
  s3.createBucket(BUCKET);
  const table = await startTable();
  const queue = await startQueue({ maxReceiveCount });
  const { client: sqs, queueUrl: QueueUrl, queueArn } = queue;
  const s3Client = new S3Client({ endpoint: s3.url, region, credentials, forcePathStyle: true });

  const stalls = new Map<Service, (seen: Seen) => boolean>();
  const front = (service: Service, { url }: { url: string }) =>
    startStallingFront(url, (seen) => stalls.get(service)?.(seen) ?? false);
  const fronts: Record<Service, Listening> = {
    s3: await front('s3', s3),
    dynamodb: await front('dynamodb', table),
    sqs: await front('sqs', queue),
  };
  setEnvironment({
    CHAMELIO_BASE_URL: vendor.url,
    DOWNLOAD_ALLOWED_HOSTS: storage.url,
    ARCHIVE_BUCKET: BUCKET,
    ARCHIVE_TABLE: table.tableName,
    ARCHIVE_QUEUE_URL: QueueUrl.replace(queue.url, fronts.sqs.url),
    MAX_RECEIVE_COUNT: String(maxReceiveCount),
    AWS_ENDPOINT_URL_S3: fronts.s3.url,
    AWS_ENDPOINT_URL_DYNAMODB: fronts.dynamodb.url,
    AWS_ENDPOINT_URL_SQS: fronts.sqs.url,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
  const { handler } = await import('../../handlers/archive.ts');

  return {
    vendor,
    storage,
    stalls,
    async send(taskId: string): Promise<void> {
      const MessageBody = JSON.stringify({ task_id: taskId, step_id: 'step' });
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    },
    /** Calls the function with the next ten messages; `getRemainingTimeInMillis` is its clock. */
    async receive(getRemainingTimeInMillis: () => number) {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      });
      const { Messages = [] } = await sqs.send(command);
      const context = { ...createLambdaContext('archive', 900_000), getRemainingTimeInMillis };
      const event = createSqsEvent(Messages, queueArn);
      const answer = (await handler(event, context)) as SQSBatchResponse;
      for (const { ReceiptHandle } of selectDone(Messages, answer)) {
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
      const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      const { Records } = event;
      const failedBodies = Records.filter(({ messageId }) => failed.has(messageId)).map(({ body }) => body);
      return { received: Records.length, failed: failedBodies };
    },
    purge: () => sqs.send(new PurgeQueueCommand({ QueueUrl })),
    async countDeadLetters(): Promise<number> {
      const AttributeNames = ['ApproximateNumberOfMessages'] as const;
      const command = new GetQueueAttributesCommand({
        QueueUrl: queue.deadLetterQueueUrl,
        AttributeNames: [...AttributeNames],
      });
      return Number((await sqs.send(command)).Attributes?.ApproximateNumberOfMessages);
    },
    /** The status of every record, by its task. */
    async readStatuses(): Promise<Map<string | undefined, string | undefined>> {
      const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
      return new Map(Items.map(({ task_id: taskId, status }) => [taskId?.S, status?.S]));
    },
    async countVersions(taskId: string): Promise<number> {
      const command = new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: `tasks/${taskId}/` });
      return (await s3Client.send(command)).Versions?.length ?? 0;
    },
    async countUploads(): Promise<number> {
      return (await s3Client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads?.length ?? 0;
    },
    async close(): Promise<void> {
      s3Client.destroy();
      await Promise.all([vendor, storage, s3, table, queue, ...Object.values(fronts)].map((part) => part.close()));
      await rm(directory, { recursive: true });
    },
  };
}
