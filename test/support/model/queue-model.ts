import type { Queue } from '../../../lib/ports.ts';

const VISIBILITY_MS = 960_000;

type Message = { id: string; body: string; visibleAt: number; receiveCount: number; receiptHandle: string };

export type QueueModel = ReturnType<typeof createQueueModel>;

/** A queue with visibility, receive counts and a dead-letter queue. A receipt is worth nothing after the next one. */
export function createQueueModel({ now, maxReceiveCount }: { now: () => number; maxReceiveCount: number }) {
  const messages = new Map<string, Message>();
  const deadLetters: string[] = [];
  let count = 0;

  const add = (body: string, delaySeconds = 0) => {
    const id = `message_${++count}`;
    messages.set(id, { id, body, visibleAt: now() + delaySeconds * 1000, receiveCount: 0, receiptHandle: '' });
  };

  const queue: Queue = {
    send: async (body, { delaySeconds } = {}) => add(body, delaySeconds),
    sendAll: async (bodies) => {
      for (const body of bodies) add(body);
    },
    changeVisibility: async (receiptHandle, seconds) => {
      const held = [...messages.values()].find((message) => message.receiptHandle === receiptHandle);
      if (held) held.visibleAt = now() + seconds * 1000;
    },
  };

  function receive(message: Message) {
    message.receiveCount += 1;
    message.visibleAt = now() + VISIBILITY_MS;
    message.receiptHandle = `${message.id}_${message.receiveCount}`;
    return {
      eventSource: 'aws:sqs',
      messageId: message.id,
      receiptHandle: message.receiptHandle,
      body: message.body,
      attributes: { ApproximateReceiveCount: String(message.receiveCount) },
    };
  }

  return {
    queue,
    add,
    deadLetters,
    count: () => messages.size,
    nextVisibleAt: () => Math.min(...[...messages.values()].map(({ visibleAt }) => visibleAt)),

    /** As many as are visible, up to a batch; what was received too often is moved away. */
    receiveBatch(size: number) {
      const visible = [...messages.values()].filter(({ visibleAt }) => visibleAt <= now());
      for (const { id, body, receiveCount } of visible) {
        if (receiveCount < maxReceiveCount) continue;
        messages.delete(id);
        deadLetters.push(body);
      }
      return visible
        .filter(({ id }) => messages.has(id))
        .slice(0, size)
        .map(receive);
    },

    acknowledge({ messageId, receiptHandle }: { messageId: string; receiptHandle: string }) {
      if (messages.get(messageId)?.receiptHandle === receiptHandle) messages.delete(messageId);
    },
  };
}
