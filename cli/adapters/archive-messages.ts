import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from '../context.ts';

const BATCH_SIZE = 10;
/** What a batch may weigh wherever SQS still has its old limit. */
const BATCH_BYTES = 256 * 1024;
const MAX_TRIES = 5;
const RETRY_MS = 1000;

/** Resolves when the queue has taken each of them. */
export type SendMessages = (bodies: readonly string[]) => Promise<void>;

type Options = { sqs: SQSClient; queueUrl: string; wait: Context['wait'] };

/**
 * Sends in batches, and again what SQS did not take of one.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
export function createMessageSender({ sqs, queueUrl, wait }: Options): SendMessages {
  // A Ctrl-C ends nothing that is half sent.
  const unstoppable = new AbortController().signal;

  async function sendBatch(bodies: readonly string[]): Promise<void> {
    let entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    for (let tries = 1; ; tries += 1) {
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
      if (Failed.length === 0) return;
      if (tries === MAX_TRIES || Failed.some(({ SenderFault }) => SenderFault)) {
        throw new Error(`The queue did not take ${Failed.length} messages (${Failed[0]?.Code}).`);
      }
      const failed = new Set(Failed.map(({ Id }) => Id));
      entries = entries.filter(({ Id }) => failed.has(Id));
      await wait(RETRY_MS * tries, unstoppable);
    }
  }

  return async (bodies) => {
    for (const batch of cutIntoBatches(bodies)) await sendBatch(batch);
  };
}

function* cutIntoBatches(bodies: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let batchBytes = 0;
  for (const body of bodies) {
    const sizeBytes = Buffer.byteLength(body);
    if (batch.length === BATCH_SIZE || (batch.length > 0 && batchBytes + sizeBytes > BATCH_BYTES)) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(body);
    batchBytes += sizeBytes;
  }
  if (batch.length > 0) yield batch;
}
