import {
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Context, SQSEvent } from 'aws-lambda';
import { type LocalQueue, startQueue } from '../../local/queue.ts';
import { startQueuePoller } from '../../local/queue-poller.ts';

type Answer = (event: SQSEvent, context: Context) => unknown;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function poll(answer: Answer, options: Parameters<typeof startQueue>[0] & { concurrency?: number } = {}) {
  const queue = await startQueue(options);
  open.push(queue.close);
  const calls: SQSEvent[] = [];
  const errors: unknown[] = [];
  const begin = () => {
    const poller = startQueuePoller({
      ...queue,
      functionName: 'archive',
      timeoutMs: 900_000,
      concurrency: options.concurrency ?? 2,
      handler: async (event, context) => {
        calls.push(event as SQSEvent);
        return answer(event as SQSEvent, context);
      },
      onError: (error) => errors.push(error),
    });
    open.push(poller.stop);
    return poller;
  };
  return { queue, calls, errors, begin };
}

const send = ({ client, queueUrl }: LocalQueue, body: string) =>
  client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));

async function count({ client }: LocalQueue, queueUrl: string, name: QueueAttributeName): Promise<number> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [name] }),
  );
  return Number(Attributes?.[name]);
}

const fail = (event: SQSEvent, body: string) => ({
  batchItemFailures: event.Records.filter((record) => record.body === body).map(({ messageId }) => ({
    itemIdentifier: messageId,
  })),
});

const bodiesOf = (event: SQSEvent | undefined) => event?.Records.map(({ body }) => body);

describe('the queue poller', () => {
  it('deletes what the function does not report as failed, and leaves the rest to its visibility', async () => {
    const { queue, begin } = await poll((event) => fail(event, 'bad'));
    for (const body of ['good', 'bad', 'also good']) await send(queue, body);
    await begin().whenIdle(5000);

    expect(await count(queue, queue.queueUrl, 'ApproximateNumberOfMessages')).toBe(0);
    expect(await count(queue, queue.queueUrl, 'ApproximateNumberOfMessagesNotVisible')).toBe(1);
  });

  it('leaves the whole batch when the function throws', async () => {
    const { queue, begin, errors } = await poll(() => {
      throw new Error('crashed');
    });
    for (const body of ['one', 'two']) await send(queue, body);
    await begin().whenIdle(5000);

    expect(await count(queue, queue.queueUrl, 'ApproximateNumberOfMessagesNotVisible')).toBe(2);
    expect(errors).toEqual([new Error('crashed')]);
  });

  it.each([
    ['no answer', undefined, 0],
    ['an empty list', { batchItemFailures: [] }, 0],
    ['a message that was not in the batch', { batchItemFailures: [{ itemIdentifier: 'somebody else' }] }, 2],
  ])('takes %s as Lambda does', async (_what, answer, left) => {
    const { queue, begin } = await poll(() => answer);
    for (const body of ['one', 'two']) await send(queue, body);
    await begin().whenIdle(5000);

    expect(await count(queue, queue.queueUrl, 'ApproximateNumberOfMessagesNotVisible')).toBe(left);
  });

  it('delivers a failed message again once its visibility is over, with a higher receive count', async () => {
    const again = Promise.withResolvers<SQSEvent>();
    const { queue, begin } = await poll(
      (event) => {
        if (event.Records[0]?.attributes.ApproximateReceiveCount === '1') return fail(event, 'retry me');
        again.resolve(event);
        return { batchItemFailures: [] };
      },
      { attributes: { VisibilityTimeout: '1' } },
    );
    await send(queue, 'retry me');
    begin();

    expect((await again.promise).Records[0]).toMatchObject({
      body: 'retry me',
      attributes: { ApproximateReceiveCount: '2' },
    });
  });

  it('lets a message that fails every time end whole in the dead-letter queue', async () => {
    const { queue, calls, begin } = await poll((event) => fail(event, '{broken'), {
      maxReceiveCount: 2,
      attributes: { VisibilityTimeout: '0' },
    });
    await send(queue, '{broken');
    await begin().whenIdle(5000);

    expect(calls).toHaveLength(2);
    const { Messages } = await queue.client.send(new ReceiveMessageCommand({ QueueUrl: queue.deadLetterQueueUrl }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['{broken']);
  });

  it('hands over what Lambda hands over', async () => {
    const contexts: Context[] = [];
    const { queue, calls, begin } = await poll((_event, context) => contexts.push(context) && undefined);
    await queue.client.send(
      new SendMessageCommand({
        QueueUrl: queue.queueUrl,
        MessageBody: '{"task_id":"task_demo"}',
        MessageAttributes: { origin: { DataType: 'String', StringValue: 'crm' } },
      }),
    );
    await begin().whenIdle(5000);

    expect(calls[0]?.Records).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.stringMatching(/./),
        body: '{"task_id":"task_demo"}',
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.stringMatching(/./),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: { origin: { dataType: 'String', stringValue: 'crm' } },
        md5OfBody: '801066d3160835b9aa389b90aa3069fa',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:archive',
        awsRegion: 'us-east-1',
      },
    ]);
    expect(contexts[0]?.functionName).toBe('archive');
    expect(contexts[0]?.getRemainingTimeInMillis()).toBeLessThanOrEqual(900_000);
    expect(contexts[0]?.getRemainingTimeInMillis()).toBeGreaterThan(890_000);
  });

  it('runs as many calls at once as it may, of at most ten messages each', async () => {
    const release = Promise.withResolvers<void>();
    const bothRun = Promise.withResolvers<void>();
    let running = 0;
    const { queue, calls, begin } = await poll(async () => {
      if (++running === 2) bothRun.resolve();
      await release.promise;
      running--;
    });
    for (let index = 0; index < 25; index++) await send(queue, `message ${index}`);
    const poller = begin();
    await bothRun.promise;

    expect(calls.map(({ Records }) => Records.length)).toEqual([10, 10]);
    expect(await count(queue, queue.queueUrl, 'ApproximateNumberOfMessages')).toBe(5);
    release.resolve();
    await poller.whenIdle(5000);
    expect(calls).toHaveLength(3);
  });

  it('waits for what runs when it is stopped, and takes no more', async () => {
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { queue, calls, begin } = await poll(
      async () => {
        begun.resolve();
        await release.promise;
      },
      { concurrency: 1 },
    );
    await send(queue, 'first');
    const poller = begin();
    await begun.promise;
    await send(queue, 'second');
    const stopped = poller.stop();
    release.resolve();
    await stopped;

    expect(calls.map(bodiesOf)).toEqual([['first']]);
    expect(await count(queue, queue.queueUrl, 'ApproximateNumberOfMessagesNotVisible')).toBe(0);
    expect(await count(queue, queue.queueUrl, 'ApproximateNumberOfMessages')).toBe(1);
  });

  it('says so when the queue does not become quiet in time', async () => {
    const release = Promise.withResolvers<void>();
    const { queue, begin } = await poll(() => release.promise);
    await send(queue, 'slow');

    await expect(begin().whenIdle(50)).rejects.toThrow('After 0.05 s the queue is still not quiet.');
    release.resolve();
  });
});
