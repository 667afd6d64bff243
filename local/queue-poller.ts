import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createLambdaContext, type LambdaHandler } from './lambda-context.ts';
import { createSqsEvent, selectDone } from './sqs-event.ts';

export type QueuePoller = {
  /**
   * Resolves when nothing runs and nothing is visible, as seen by a look at the queue that began after this call.
   * Messages that wait out their visibility (a retry in 30 s) or a delay do not count. Rejects after `timeoutMs`.
   */
  whenIdle: (timeoutMs: number) => Promise<void>;
  /** Receives no more, and waits for what runs. */
  stop: () => Promise<void>;
};

type Options = {
  client: SQSClient;
  queueUrl: string;
  queueArn: string;
  functionName: string;
  handler: LambdaHandler;
  timeoutMs: number;
  batchSize?: number;
  /** Calls of the function that run at the same time. */
  concurrency?: number;
  onError?: (error: unknown) => void;
};

/** Stands in for Lambda's event source mapping: what the function does not report as failed is deleted, the rest comes back. */
export function startQueuePoller(options: Options): QueuePoller {
  const { client, queueUrl, batchSize = 10, concurrency = 2, onError = () => undefined } = options;
  const running = new Set<Promise<void>>();
  const idleWaiters: { sinceReceive: number; resolve: () => void }[] = [];
  let receivesBegun = 0;
  const stopping = new AbortController();

  async function receive(): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: batchSize,
      // The real one takes whole seconds; with less, whoever waits for quiet does not wait for the clock.
      WaitTimeSeconds: 0.1,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    return (await client.send(command)).Messages ?? [];
  }

  async function invoke(messages: Message[]): Promise<void> {
    const context = createLambdaContext(options.functionName, options.timeoutMs);
    const answer = await options.handler(createSqsEvent(messages, options.queueArn), context);
    const done = selectDone(messages, answer);
    if (done.length === 0) return;
    const entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  }

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (running.size >= concurrency) {
        await Promise.race(running);
        continue;
      }
      const receiveNumber = ++receivesBegun;
      const nothingRan = running.size === 0;
      const messages = await receive().catch((error: unknown) => {
        onError(error);
        return undefined;
      });
      if (messages === undefined) continue;
      if (messages.length > 0) {
        // A call that throws fails its whole batch: nothing is deleted, everything comes back after its visibility.
        const call: Promise<void> = invoke(messages)
          .catch(onError)
          .finally(() => running.delete(call));
        running.add(call);
      } else if (nothingRan) {
        const satisfied = idleWaiters.filter(({ sinceReceive }) => receiveNumber > sinceReceive);
        for (const waiter of satisfied) waiter.resolve();
      }
    }
    await Promise.all(running);
  }

  const polling = poll();

  return {
    whenIdle: (timeoutMs) =>
      new Promise((resolve, reject) => {
        const waiter = { sinceReceive: receivesBegun, resolve: () => settle(resolve) };
        const timer = setTimeout(() => {
          settle(() => reject(new Error(`After ${timeoutMs / 1000} s the queue is still not quiet.`)));
        }, timeoutMs);
        const settle = (then: () => void) => {
          clearTimeout(timer);
          idleWaiters.splice(idleWaiters.indexOf(waiter), 1);
          then();
        };
        idleWaiters.push(waiter);
      }),
    stop: async () => {
      stopping.abort();
      await polling;
    },
  };
}
