import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { type Listening, loopback } from './listen-on-loopback.ts';
import { credentials, region } from './local-account.ts';

export type LocalQueue = Listening & {
  queueUrl: string;
  queueArn: string;
  deadLetterQueueUrl: string;
  client: SQSClient;
};

export type QueueOptions = {
  name?: string;
  maxReceiveCount?: number;
  /** Override what the queue is created with, such as a shorter `VisibilityTimeout` in a test. */
  attributes?: Record<string, string>;
};

/** SQS in this process, with the archive's queues. */
export async function startQueue({ port = 0, ...options }: QueueOptions & { port?: number } = {}): Promise<LocalQueue> {
  const app = buildApp({ logger: false, defaultRegion: region });
  const url = await app.listen({ host: loopback, port });
  return createQueues({ url, port: Number(new URL(url).port), close: () => app.close() }, options);
}

/** The archive's queue with its dead-letter queue, as serverless.yml sets them up, in the SQS that listens there. */
export async function createQueues(
  listening: Listening,
  { name = 'archive', maxReceiveCount = 10, attributes = {} }: QueueOptions,
): Promise<LocalQueue> {
  const { url } = listening;
  const client = new SQSClient({ endpoint: url, region, credentials });
  // The URL that fauxqs itself gives names a host that nobody resolves, and the SDK calls the host of a queue's URL.
  const createQueue = async (QueueName: string, Attributes: Record<string, string>) => {
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
    return new URL(new URL(QueueUrl).pathname, url).href;
  };
  const deadLetterQueueUrl = await createQueue(`${name}-dead-letters`, { MessageRetentionPeriod: '1209600' });
  const deadLetterTargetArn = await readArn(client, deadLetterQueueUrl);
  const queueUrl = await createQueue(name, {
    VisibilityTimeout: '960',
    MessageRetentionPeriod: '1209600',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
    ...attributes,
  });
  return {
    ...listening,
    queueUrl,
    queueArn: await readArn(client, queueUrl),
    deadLetterQueueUrl,
    client,
    close: async () => {
      client.destroy();
      await listening.close();
    },
  };
}

async function readArn(client: SQSClient, queueUrl: string): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
  return (await client.send(command)).Attributes?.QueueArn ?? '';
}
