import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { startBucket } from '../../local/bucket.ts';
import { credentials, region } from '../../local/local-account.ts';
import { type LocalQueue, type QueueOptions, startQueue } from '../../local/queue.ts';
import { startStack } from '../../local/stack.ts';
import type { LocalTable } from '../../local/table.ts';
import type { VendorTask } from '../../local/vendor-task.ts';
import { startQueueRelay } from './queue-relay.ts';

const PROGRAM = join(import.meta.dirname, '../../cli/main.ts');

/** When the command line is killed: at which of its sends, and whether SQS has heard of that one. */
export type Kill = { atSend: number; isSent: boolean };

export type Ended = { exitCode: number | null; lines: Record<string, unknown>[]; errors: string };

/** The table is half of the work: it gets a core of its own. */
async function startTableProcess(): Promise<LocalTable> {
  const child = fork(join(import.meta.dirname, 'table-process.ts'));
  const [{ url, tableName }] = (await once(child, 'message')) as [{ url: string; tableName: string }];
  const client = new DynamoDBClient({ endpoint: url, region, credentials });
  const close = async () => {
    client.destroy();
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  };
  return { url, port: Number(new URL(url).port), tableName, client, close };
}

/** The queue behind a relay where no time passes: what is told to come back later is there at once. */
async function startTimelessQueue(options: QueueOptions & { port: number }): Promise<LocalQueue> {
  const queue = await startQueue(options);
  const relay = await startQueueRelay({
    upstream: queue.url,
    change: (action, body) => (action === 'ChangeMessageVisibility' ? { ...body, VisibilityTimeout: 0 } : body),
  });
  return {
    ...queue,
    url: relay.url,
    queueUrl: new URL(new URL(queue.queueUrl).pathname, relay.url).href,
    close: async () => {
      await relay.close();
      await queue.close();
    },
  };
}

/** The whole stack, and the real command line as a process beside it. One for a process. */
export async function startBackfillWorld(tasks: readonly VendorTask[], environment: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'backfill-world-'));
  const services = { startBucket, startTable: startTableProcess, startQueue: startTimelessQueue };
  const stack = await startStack({ directory, tasks, services, environment });

  return {
    stack,
    /** Runs a command to its end, or until it is killed. */
    async run(words: readonly string[], kill?: Kill): Promise<Ended> {
      let sends = 0;
      const relay = await startQueueRelay({
        upstream: stack.queue.url,
        onCall(action, moment) {
          if (action !== 'SendMessageBatch') return;
          if (moment === 'come') sends += 1;
          const isNow = sends === kill?.atSend && moment === (kill.isSent ? 'carried out' : 'come');
          if (!isNow) return;
          child.kill('SIGKILL');
          throw new Error('Nobody is there any more.');
        },
      });
      const queueUrl = new URL(new URL(stack.queue.queueUrl).pathname, relay.url).href;
      const env = { ...stack.environment, ARCHIVE_QUEUE_URL: queueUrl, AWS_ENDPOINT_URL_SQS: relay.url };
      const child = spawn(process.execPath, [PROGRAM, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const [output, errors, [exitCode]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit') as Promise<[number | null]>,
      ]);
      await relay.close();
      const lines = output.split('\n').filter(Boolean);
      return { exitCode, lines: lines.map((line) => JSON.parse(line)), errors };
    },
    /** Of each key, how many versions there are. */
    async countVersions(): Promise<Map<string, number>> {
      const versions = new Map<string, number>();
      let page: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
      for (;;) {
        const listed = await stack.s3.client.send(new ListObjectVersionsCommand({ Bucket: stack.s3.bucket, ...page }));
        for (const { Key = '' } of listed.Versions ?? []) versions.set(Key, (versions.get(Key) ?? 0) + 1);
        if (!listed.IsTruncated) return versions;
        page = { KeyMarker: listed.NextKeyMarker, VersionIdMarker: listed.NextVersionIdMarker };
      }
    },
    async close(): Promise<void> {
      await stack.close();
      await rm(directory, { recursive: true });
    },
  };
}
