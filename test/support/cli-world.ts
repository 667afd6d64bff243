import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context } from '../../cli/context.ts';
import { setEnvironment } from '../../local/environment.ts';
import { chooseShard } from '../../lib/shard.ts';
import { runCli } from './run-cli.ts';
import { startTestBucket, startTestQueue, startTestTable } from './services.ts';

type Item = { task_id: string; step_id: string } & Record<string, unknown>;

export type CliWorld = Awaited<ReturnType<typeof startCliWorld>>;

/** A table, a queue and a bucket with nothing in them, and a command line that knows where they are. */
export async function startCliWorld() {
  const [table, queue, bucket] = await Promise.all([startTestTable(), startTestQueue(), startTestBucket()]);
  const env = {
    ARCHIVE_BUCKET: bucket.bucket,
    ARCHIVE_TABLE: table.tableName,
    ARCHIVE_QUEUE_URL: queue.queueUrl,
    AWS_ENDPOINT_URL_S3: bucket.url,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SQS: queue.url,
  };
  // The SDK reads its endpoints there.
  setEnvironment(env);
  return {
    env,
    table,
    queue,
    bucket,
    run: (words: readonly string[], context: Partial<Context> = {}) => runCli(words, { env, ...context }),
    /** Puts a record; unless `more` says otherwise, one that was last changed at eleven. */
    putRecord: async ({ task_id, step_id, ...more }: Item) => {
      const time = '2026-03-02T11:00:00.000Z';
      const item = { schema: 1, created_at: time, updated_at: time, ...more };
      await table.client.send(
        new PutItemCommand({ TableName: table.tableName, Item: marshall({ task_id, step_id, ...item }) }),
      );
    },
    shardOf: (taskId: string, kind: '' | 't' | 'f' = '') => kind + chooseShard(taskId),
    send: (queueUrl: string, body: string) =>
      queue.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body })),
    /** Takes every message off the queue. */
    receive: async () => {
      const command = new ReceiveMessageCommand({ QueueUrl: queue.queueUrl, MaxNumberOfMessages: 10 });
      return ((await queue.client.send(command)).Messages ?? []).map(({ Body = '' }) => JSON.parse(Body) as unknown);
    },
    close: async () => {
      await Promise.all([table.close(), queue.close(), bucket.close()]);
    },
  };
}
