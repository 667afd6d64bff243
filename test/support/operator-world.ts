import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Context } from '../../cli/context.ts';
import { runProgram } from '../../cli/program.ts';
import { setEnvironment } from '../../local/environment.ts';
import { startQueueRelay } from './queue-relay.ts';
import { startTestQueue, startTestTable } from './services.ts';

export type OperatorWorld = Awaited<ReturnType<typeof startOperatorWorld>>;

const NOW = '2026-01-02T03:04:05.678Z';

/** A table and its queues, and the command line that works on them. Nobody works the queue. */
export async function startOperatorWorld() {
  const table = await startTestTable();
  const queue = await startTestQueue();
  const watch: { onCall?: (action: string) => void; hiddenSeconds?: number } = {};
  // Nobody waits for a queue that is empty.
  const relay = await startQueueRelay({
    upstream: queue.url,
    change: (action, body) => {
      if (action !== 'ReceiveMessage') return body;
      const { hiddenSeconds: VisibilityTimeout } = watch;
      return { ...body, WaitTimeSeconds: 0, ...(VisibilityTimeout !== undefined && { VisibilityTimeout }) };
    },
    onCall: (action, moment) => void (moment === 'come' && watch.onCall?.(action)),
  });
  const env = {
    ARCHIVE_BUCKET: 'archive',
    ARCHIVE_TABLE: table.tableName,
    ARCHIVE_QUEUE_URL: new URL(new URL(queue.queueUrl).pathname, relay.url).href,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
    AWS_ENDPOINT_URL_SQS: relay.url,
    AWS_REGION: 'us-east-1',
  };
  setEnvironment(env);

  async function receiveAll(url: string): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
      const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await queue.client.send(command);
      if (Messages.length === 0) return bodies;
      bodies.push(...Messages.map(({ Body = '' }) => Body));
    }
  }

  async function sendAll(url: string, bodies: readonly string[]): Promise<void> {
    const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await queue.client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  }

  return {
    table,
    queue,
    env,
    /** Told of each call of SQS before it is carried out; if it throws, nobody does, and nobody answers. */
    watchCalls: (onCall: (action: string) => void) => void (watch.onCall = onCall),
    run: (context: Context, ...words: string[]) => runProgram(words, { ...context, env }),
    /** What the command line receives is hidden for so long, whatever it asks for. */
    hideFor: (seconds: number) => void (watch.hiddenSeconds = seconds),
    /** A record as it would be, with what a test says of it. */
    async put(item: { task_id: string; step_id: string; status: string; [name: string]: unknown }): Promise<void> {
      const Item = marshall({ created_at: NOW, updated_at: NOW, ...item });
      await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));
    },
    /** What was on the queue, and is no longer to be seen. */
    receiveMessages: () => receiveAll(queue.queueUrl),
    receiveDeadLetters: () => receiveAll(queue.deadLetterQueueUrl),
    putDeadLetters: (...bodies: string[]) => sendAll(queue.deadLetterQueueUrl, bodies),
    async close(): Promise<void> {
      await relay.close();
      await Promise.all([table.close(), queue.close()]);
    },
  };
}
