import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { countMessages, findQueueUrl, readQueueAttributes, readRedrivePolicy } from './queue-attributes.ts';

/**
 * How long a message is hidden if this process is killed before it has said what becomes of it. A run that takes longer
 * meets its first ones again before it has met the last.
 */
const HIDDEN_SECONDS = 3600;
/** Long enough that all of SQS's servers are asked. */
const RECEIVE_SECONDS = 1;
const BATCH_SIZE = 10;

export type DeadLetter = { id: string; body: string; receiptHandle: string; sentAt: number };

export type DeadLetters = {
  /** How many there are, hidden ones too, as SQS guesses it. */
  count: () => Promise<number>;
  /** Up to ten that nobody has received; none when there are no more. They are hidden from then on. */
  receive: () => Promise<DeadLetter[]>;
  remove: (receiptHandles: readonly string[]) => Promise<void>;
  /** Shows them again at once. */
  release: (receiptHandles: readonly string[]) => Promise<void>;
};

/**
 * The dead-letter queue of a queue.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
export async function findDeadLetters(sqs: SQSClient, queueUrl: string): Promise<DeadLetters | undefined> {
  const policy = readRedrivePolicy(await readQueueAttributes(sqs, queueUrl));
  return policy && openDeadLetters(sqs, findQueueUrl(policy.deadLetterTargetArn, queueUrl));
}

function openDeadLetters(sqs: SQSClient, QueueUrl: string): DeadLetters {
  return {
    count: async () => countMessages(await readQueueAttributes(sqs, QueueUrl)),

    async receive() {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: BATCH_SIZE,
        VisibilityTimeout: HIDDEN_SECONDS,
        WaitTimeSeconds: RECEIVE_SECONDS,
        MessageSystemAttributeNames: ['SentTimestamp'],
      });
      const { Messages = [] } = await sqs.send(command);
      return Messages.map(({ MessageId = '', Body = '', ReceiptHandle = '', Attributes = {} }) => ({
        id: MessageId,
        body: Body,
        receiptHandle: ReceiptHandle,
        sentAt: Number(Attributes.SentTimestamp),
      }));
    },

    async remove(receiptHandles) {
      for (const Entries of describeBatches(receiptHandles)) {
        const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
        if (Failed.length > 0)
          throw new Error(`${Failed.length} dead letters could not be removed (${Failed[0]?.Code}).`);
      }
    },

    async release(receiptHandles) {
      for (const batch of describeBatches(receiptHandles)) {
        const Entries = batch.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
        // What fails is to be seen again in a while.
        await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
      }
    },
  };
}

function* describeBatches(receiptHandles: readonly string[]) {
  for (let start = 0; start < receiptHandles.length; start += BATCH_SIZE) {
    const batch = receiptHandles.slice(start, start + BATCH_SIZE);
    yield batch.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
  }
}
