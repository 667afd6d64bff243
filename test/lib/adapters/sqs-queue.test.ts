import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSqsQueue } from '../../../lib/adapters/sqs-queue.ts';
import { AwsError } from '../../../lib/aws-call.ts';
import type { Queue } from '../../../lib/ports.ts';
import type { LocalQueue } from '../../../local/queue.ts';
import { connectTestClient, createFakeAws } from '../../support/aws-clients.ts';
import { startTestQueue } from '../../support/services.ts';

let local: LocalQueue;
let queue: Queue;

beforeAll(async () => {
  local = await startTestQueue();
  queue = createSqsQueue({ client: connectTestClient('sqs', local.url), queueUrl: local.queueUrl });
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
  const { client } = createFakeAws({ Failed: [{ Id: '0', SenderFault: false, Code: 'InternalError' }] });
  const failing = createSqsQueue({ client, queueUrl: local.queueUrl });

  await expect(failing.sendAll(['a'])).rejects.toMatchObject({ code: 'queue_unavailable', stage: 'queue' });
});

it('fails for now when the queue cannot be reached', async () => {
  const endpoint = 'http://127.0.0.1:1';
  const client = connectTestClient('sqs', endpoint);
  const unreachable = createSqsQueue({ client, queueUrl: `${endpoint}/000000000000/archive` });

  for (const call of [unreachable.send('a'), unreachable.sendAll(['a']), unreachable.changeVisibility('a', 0)]) {
    await expect(call).rejects.toMatchObject({ name: 'TransientError', code: 'queue_unavailable' });
  }
});

it.each([true, false])('says whether AWS asked for patience (%s)', async (isThrottled) => {
  const { client } = createFakeAws(new AwsError({ name: 'Any', status: 400, isThrottled }));
  const failing = createSqsQueue({ client, queueUrl: local.queueUrl });

  await expect(failing.send('a')).rejects.toMatchObject({
    code: 'queue_unavailable',
    retry: { throttled: isThrottled },
  });
});
