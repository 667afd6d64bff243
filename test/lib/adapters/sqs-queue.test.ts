import { ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createSqsQueue } from '../../../lib/adapters/sqs-queue.ts';
import type { Queue } from '../../../lib/ports.ts';
import type { LocalQueue } from '../../../local/queue.ts';
import { startTestQueue } from '../../support/services.ts';

let local: LocalQueue;
let queue: Queue;

beforeAll(async () => {
  local = await startTestQueue();
  queue = createSqsQueue(local);
});
afterAll(() => local?.close());

async function receive(max = 10) {
  const command = new ReceiveMessageCommand({ QueueUrl: local.queueUrl, MaxNumberOfMessages: max });
  return (await local.client.send(command)).Messages ?? [];
}

it('sends a message as it is', async () => {
  await queue.send('{"task_id":"1"}', { signal: new AbortController().signal });

  expect((await receive()).map(({ Body }) => Body)).toEqual(['{"task_id":"1"}']);
});

it('holds a message back', async () => {
  await queue.send('later', { delaySeconds: 900 });

  expect(await receive()).toEqual([]);
});

it('sends any number of messages', async () => {
  const bodies = Array.from({ length: 23 }, (_, index) => `message ${index}`);
  await queue.sendAll(bodies);

  const received = [...(await receive()), ...(await receive()), ...(await receive())].map(({ Body }) => Body ?? '');
  expect(new Set(received)).toEqual(new Set(bodies));
});

it('brings a message back when it is told to', async () => {
  await queue.send('again');
  const [message] = await receive();
  await queue.changeVisibility(message?.ReceiptHandle ?? '', 0);

  expect((await receive()).map(({ Body }) => Body)).toEqual(['again']);
});

it('fails for now when a part of a batch is not taken', async () => {
  const sqs = mockClient(SQSClient);
  const Failed = [{ Id: '0', SenderFault: false, Code: 'InternalError' }];
  sqs.on(SendMessageBatchCommand).resolves({ Failed });
  const failing = createSqsQueue({ client: new SQSClient({ region: 'eu-central-1' }), queueUrl: local.queueUrl });

  await expect(failing.sendAll(['a'])).rejects.toMatchObject({ code: 'queue_unavailable', stage: 'queue' });
  sqs.restore();
});

it('fails for now when the queue cannot be reached', async () => {
  const endpoint = 'http://127.0.0.1:1';
  const { credentials } = await import('../../../local/local-account.ts');
  const client = new SQSClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
  const unreachable = createSqsQueue({ client, queueUrl: `${endpoint}/000000000000/archive` });

  for (const call of [unreachable.send('a'), unreachable.sendAll(['a']), unreachable.changeVisibility('a', 0)]) {
    await expect(call).rejects.toMatchObject({ name: 'TransientError', code: 'queue_unavailable' });
  }
});

it.each([
  ['ThrottlingException', true],
  ['InternalError', false],
])('says whether AWS asked for patience (%s)', async (name, throttled) => {
  const sqs = mockClient(SQSClient);
  sqs.on(SendMessageCommand).rejects({ name });
  const failing = createSqsQueue({ client: new SQSClient({ region: 'eu-central-1' }), queueUrl: local.queueUrl });

  await expect(failing.send('a')).rejects.toMatchObject({ code: 'queue_unavailable', retry: { throttled } });
  sqs.restore();
});
