import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { loopback } from './listen-on-loopback.ts';
import { accountId, credentials, region } from './local-account.ts';

export type LocalQueue = {
  url: string;
  port: number;
  queueUrl: string;
  queueArn: string;
  deadLetterQueueUrl: string;
  client: SQSClient;
  close: () => Promise<void>;
};

type Options = { port?: number; maxReceiveCount?: number; attributes?: Record<string, string> };

/**
 * SQS in this process: the queue `archive` with its dead-letter queue, set up as serverless.yml sets them up.
 * `attributes` override what the queue is created with, such as a shorter `VisibilityTimeout` in a test.
 */
export async function startQueue({
  port = 0,
  maxReceiveCount = 10,
  attributes = {},
}: Options = {}): Promise<LocalQueue> {
  const app = buildApp({ logger: false, defaultRegion: region });
  const url = await app.listen({ host: loopback, port });
  const client = new SQSClient({ endpoint: url, region, credentials });
  // The URL that fauxqs itself gives names a host that nobody resolves, and the SDK calls the host of a queue's URL.
  const createQueue = async (name: string, settings: Record<string, string>) => {
    await client.send(new CreateQueueCommand({ QueueName: name, Attributes: settings }));
    return `${url}/${accountId}/${name}`;
  };
  const deadLetterQueueUrl = await createQueue('archive-dead-letters', { MessageRetentionPeriod: '1209600' });
  const deadLetterTargetArn = await readArn(client, deadLetterQueueUrl);
  const queueUrl = await createQueue('archive', {
    VisibilityTimeout: '960',
    MessageRetentionPeriod: '1209600',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
    ...attributes,
  });
  return {
    url,
    port: Number(new URL(url).port),
    queueUrl,
    queueArn: await readArn(client, queueUrl),
    deadLetterQueueUrl,
    client,
    close: async () => {
      client.destroy();
      await app.close();
    },
  };
}

async function readArn(client: SQSClient, queueUrl: string): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
  return (await client.send(command)).Attributes?.QueueArn ?? '';
}
