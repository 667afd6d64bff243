import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  MessageNotInflight,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { LocalQueue } from '../../local/queue.ts';
import { createSqsEvent, selectDone } from '../../local/sqs-event.ts';
import type { FunctionHost } from './function-host.ts';

/** What Lambda's event source mapping handed over at once, and what of it was left undone. */
export type Batch = { messages: readonly Message[]; undone: readonly Message[] };

export type EventSource = ReturnType<typeof createEventSource>;

/**
 * Plays Lambda's event source mapping, and SQS's time, which passes when it is told to. A batch is one message: what
 * a worker asks for then has an order that is the same in each run.
 */
export function createEventSource({ client, queueUrl, queueArn, deadLetterQueueUrl }: LocalQueue, host: FunctionHost) {
  const QueueUrl = queueUrl;

  async function countMessages(url: string): Promise<Record<string, string>> {
    const names = ['', 'NotVisible', 'Delayed'].map((kind) => `ApproximateNumberOfMessages${kind}` as 'All');
    return (
      (await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: names }))).Attributes ?? {}
    );
  }

  return {
    /** Undefined when nothing is visible. */
    async deliver(clockAheadMs: number): Promise<Batch | undefined> {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 1,
        MessageSystemAttributeNames: ['All'],
      });
      const { Messages: messages } = await client.send(command);
      if (!messages) return undefined;
      const outcome = await host.invoke('archive', createSqsEvent(messages, queueArn), clockAheadMs);
      const done = outcome === 'died' ? [] : selectDone(messages, outcome.answer);
      for (const { ReceiptHandle } of done) await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      return { messages, undone: messages.filter((message) => !done.includes(message)) };
    },

    /** Their visibility ends, unless it has ended already. */
    async returnMessages(messages: readonly Message[]): Promise<void> {
      for (const { ReceiptHandle } of messages) {
        const command = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
        await client.send(command).catch((error: unknown) => {
          if (!(error instanceof MessageNotInflight)) throw error;
        });
      }
    },

    /** Messages of any kind, in the queue and in its dead-letter queue. */
    async countLeft(): Promise<number> {
      const counts = await Promise.all([queueUrl, deadLetterQueueUrl].map(countMessages));
      return counts.flatMap(Object.values).reduce((sum: number, count: string) => sum + Number(count), 0);
    },
  };
}
