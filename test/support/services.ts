import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { type LocalBucket, startBucket } from '../../local/bucket.ts';
import type { Listening } from '../../local/listen-on-loopback.ts';
import { credentials, region } from '../../local/local-account.ts';
import { createQueues, type QueueOptions, startQueue } from '../../local/queue.ts';
import type { Services } from '../../local/stack.ts';
import { createTable, startTable } from '../../local/table.ts';
import { startS3Relay } from './s3-relay.ts';

/** Where services listen that somebody else wrote: `npm run test:conformance` says so, and only it. */
export type OutsideServices = { s3: string; dynamodb: string; sqs: string };

// oxlint-disable-next-line node/no-process-env
const { CONFORMANCE_SERVICES } = process.env;
const outside = CONFORMANCE_SERVICES ? (JSON.parse(CONFORMANCE_SERVICES) as OutsideServices) : undefined;
/** Outside services outlive a test file: whoever starts one gets a table, a queue or a bucket of their own there. */
const createName = () => `archive-${randomUUID()}`;

const listenAt = (url: string): Listening => ({ url, port: Number(new URL(url).port), close: async () => undefined });

const startOutsideBucket = async (url: string): Promise<LocalBucket> => {
  const s3 = await startS3Relay(url);
  const client = createTestS3Client(s3.url);
  const name = createName();
  await client.send(new CreateBucketCommand({ Bucket: name }));
  await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }));
  client.destroy();
  return { ...s3, bucket: name };
};

/** What the stack runs on in this test file. */
export const testServices: Services = outside
  ? {
      startBucket: () => startOutsideBucket(outside.s3),
      startTable: () => createTable(listenAt(outside.dynamodb), createName()),
      startQueue: (options) => createQueues(listenAt(outside.sqs), { ...options, name: createName() }),
    }
  : { startBucket, startTable, startQueue };

export const startTestTable = () => testServices.startTable({ port: 0 });

export const startTestQueue = (options: QueueOptions = {}) => testServices.startQueue({ ...options, port: 0 });

/** A bucket with versions, and a client that sends what it is told to, once, as lib/runtime.ts sets it up. */
export async function startTestBucket() {
  const directory = await mkdtemp(join(tmpdir(), 'bucket-'));
  const s3 = await testServices.startBucket({ directory, port: 0 });
  const client = createTestS3Client(s3.url);
  return {
    ...s3,
    client,
    close: async () => {
      client.destroy();
      await s3.close();
      await rm(directory, { recursive: true });
    },
  };
}

export type TestBucket = Awaited<ReturnType<typeof startTestBucket>>;

const createTestS3Client = (endpoint: string) =>
  new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
