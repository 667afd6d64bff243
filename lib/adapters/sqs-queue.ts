import { type AwsClient, callJson } from '../aws-call.ts';
import type { Queue } from '../ports.ts';
import { createUnavailable } from '../unavailable.ts';

const BATCH_SIZE = 10;

type Options = { client: AwsClient; queueUrl: string };

/**
 * The archive queue.
 *
 * Codes: `queue_unavailable`.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
 */
export function createSqsQueue({ client, queueUrl: QueueUrl }: Options): Queue {
  const call = (target: string, input: object, signal?: AbortSignal) =>
    callJson(client, target, { input: { QueueUrl, ...input }, signal }).catch(failUnavailable);

  return {
    async send(body, { delaySeconds, signal } = {}) {
      await call('AmazonSQS.SendMessage', { MessageBody: body, DelaySeconds: delaySeconds }, signal);
    },

    async sendAll(bodies) {
      for (let start = 0; start < bodies.length; start += BATCH_SIZE) {
        const batch = bodies.slice(start, start + BATCH_SIZE);
        const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        const { Failed = [] } = (await call('AmazonSQS.SendMessageBatch', { Entries })) as { Failed?: object[] };
        if (Failed.length > 0) failUnavailable(new Error(`${Failed.length} messages were not taken`));
      }
    },

    async changeVisibility(receiptHandle, seconds) {
      await call('AmazonSQS.ChangeMessageVisibility', { ReceiptHandle: receiptHandle, VisibilityTimeout: seconds });
    },
  };
}

function failUnavailable(cause: unknown): never {
  throw createUnavailable({ service: 'SQS', stage: 'queue', code: 'queue_unavailable', cause });
}
