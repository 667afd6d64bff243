import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { isThrottlingError } from '@smithy/core/retry';
import type { Queue } from '../ports.ts';
import { createUnavailable } from '../unavailable.ts';

const BATCH_SIZE = 10;

type Options = { client: SQSClient; queueUrl: string };

/**
 * The archive queue.
 *
 * Codes: `queue_unavailable`.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
 */
export function createSqsQueue({ client, queueUrl: QueueUrl }: Options): Queue {
  return {
    async send(body, { delaySeconds, signal } = {}) {
      const command = new SendMessageCommand({ QueueUrl, MessageBody: body, DelaySeconds: delaySeconds });
      await client.send(command, signal ? { abortSignal: signal } : {}).catch(failUnavailable);
    },

    async sendAll(bodies) {
      for (let start = 0; start < bodies.length; start += BATCH_SIZE) {
        const batch = bodies.slice(start, start + BATCH_SIZE);
        const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        const { Failed = [] } = await client
          .send(new SendMessageBatchCommand({ QueueUrl, Entries }))
          .catch(failUnavailable);
        if (Failed.length > 0) failUnavailable(new Error(`${Failed.length} messages were not taken`));
      }
    },

    async changeVisibility(receiptHandle, seconds) {
      const command = new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      });
      await client.send(command).catch(failUnavailable);
    },
  };
}

function failUnavailable(cause: unknown): never {
  const isThrottled = isThrottlingError(cause as Error & { cause?: Error });
  throw createUnavailable({ service: 'SQS', stage: 'queue', code: 'queue_unavailable', cause, isThrottled });
}
