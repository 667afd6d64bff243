import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setEnvironment } from '../local/environment.ts';
import { createLambdaContext, type LambdaHandler } from '../local/lambda-context.ts';
import { signWebhook } from '../local/sign-webhook.ts';
import { storagePath } from '../local/vendor-task.ts';
import type { ProxiedAnswer } from './support/fault-proxy.ts';
import { type FaultWorld, startFaultWorld } from './support/fault-world.ts';

const completion = readFileSync(new URL('../events/webhook.tasks-completed.json', import.meta.url), 'utf8');

const TEN_STEPS = Array.from({ length: 10 }, (_, index) => `step_${index}`);

/** What a document takes that is new. */
const FIRST_TIME = [
  'dynamodb UpdateItem of the step 1',
  // Whether the task was purged.
  'dynamodb GetItem of the task 1',
  'vendor GET document 1',
  'storage GET 1',
  's3 PutObject 1',
  'dynamodb UpdateItem of the step 2',
  // Whether the manifest of the task is to be written.
  'dynamodb GetItem of the task 2',
];

let world: FaultWorld;
let archive: LambdaHandler;
let webhook: LambdaHandler;

beforeAll(async () => {
  world = await startFaultWorld();
  setEnvironment({ ...world.environment, EVENT_BUS_NAME: '' });
  archive = (await import('../handlers/archive.ts')).handler;
  webhook = (await import('../handlers/webhook.ts')).handler as unknown as LambdaHandler;
});

afterAll(() => world?.close());

/** A task of the vendor's, with a document for each of its steps. */
function addTask(taskId: string, stepIds: readonly string[]): void {
  const contentType = 'application/pdf';
  const steps = stepIds.map((stepId) => {
    const content = Buffer.from(`%PDF-1.7\n${taskId} ${stepId}\n`);
    world.storage.put(storagePath(taskId, stepId), { content, contentType });
    const document = { fileName: `${stepId}.pdf`, contentType, content };
    return { stepId, stepName: 'Generate the contract', stepType: 'document_generation', document };
  });
  const workflow = { workflowId: 'wf_nda', workflowName: 'NDA', createdAt: '2025-11-03T09:12:44.031Z' };
  world.tasks.push({ taskId, title: 'A contract', status: 'completed', ...workflow, steps });
}

/** Hands a batch of messages to the function, and does not take less than all of them for an answer. */
async function receive(...bodies: readonly object[]): Promise<void> {
  const Records = bodies.map((body, index) => ({
    eventSource: 'aws:sqs',
    messageId: `message_${index}`,
    receiptHandle: `receipt_${index}`,
    body: JSON.stringify(body),
    attributes: { ApproximateReceiveCount: '1' },
  }));
  const answer = await archive({ Records }, createLambdaContext('archive', 900_000));
  expect(answer).toEqual({ batchItemFailures: [] });
}

/** Every request that leaves the process while this is done, in order: which of its kind it was says the number. */
async function listCalls(work: () => Promise<unknown>): Promise<readonly string[]> {
  world.plan.begin();
  await work();
  return world.plan.listSeen();
}

/** The same of work done side by side: how many there are of each. */
async function countCalls(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const calls = await listCalls(work);
  return calls.reduce<Record<string, number>>((counts, call) => {
    const name = call.replace(/ \d+$/, '');
    return { ...counts, [name]: (counts[name] ?? 0) + 1 };
  }, {});
}

describe('a document that is archived for the first time', () => {
  it('takes one question, one download, one upload, two writes, and two looks at the record of its task', async () => {
    addTask('task_first', ['step']);

    expect(await listCalls(() => receive({ task_id: 'task_first', step_id: 'step' }))).toEqual(FIRST_TIME);
  });

  it('takes no more in a batch of ten', async () => {
    addTask('task_batch', TEN_STEPS);
    const messages = TEN_STEPS.map((step_id) => ({ task_id: 'task_batch', step_id }));

    expect(await countCalls(() => receive(...messages))).toEqual({
      'dynamodb UpdateItem of the step': 20,
      'dynamodb GetItem of the task': 20,
      'vendor GET document': 10,
      'storage GET': 10,
      's3 PutObject': 10,
    });
  });
});

describe('an unchanged document that is delivered again', () => {
  const step = { task_id: 'task_again', step_id: 'step' };

  beforeAll(async () => {
    addTask('task_again', ['step']);
    await receive(step);
  });

  it('is written to no bucket', async () => {
    expect(await listCalls(() => receive(step))).toEqual([
      // Refused, because the document is not new.
      'dynamodb UpdateItem of the step 1',
      'dynamodb GetItem of the step 1',
      'dynamodb UpdateItem of the step 2',
      'vendor GET document 1',
      'storage GET 1',
      'dynamodb UpdateItem of the step 3',
      'dynamodb GetItem of the task 1',
    ]);
  });

  it('is not downloaded', async () => {
    const answers: ProxiedAnswer[] = [];
    world.plan.begin({
      point: 'storage GET 1',
      intercept: async (_, forward) => {
        const answer = await forward();
        answers.push(answer);
        return answer;
      },
    });
    await receive(step);

    expect(answers).toEqual([expect.objectContaining({ status: 304, body: [] })]);
  });
});

describe('a task', () => {
  it('takes one webhook, one message', async () => {
    const headers = { 'x-chamelio-signature': signWebhook(completion, world.webhookSecret) };
    const post = () =>
      webhook({ headers, body: completion, isBase64Encoded: false }, createLambdaContext('webhook', 10_000));

    expect(await listCalls(post)).toEqual(['sqs SendMessage 1']);
  });

  it('of ten documents becomes ten messages at once', async () => {
    addTask('task_whole', TEN_STEPS);

    expect(await listCalls(() => receive({ task_id: 'task_whole' }))).toEqual([
      'dynamodb GetItem of the task 1',
      'dynamodb UpdateItem of the task 1',
      'vendor GET files 1',
      'dynamodb GetItem of the task 2',
      'dynamodb UpdateItem of the task 2',
      'sqs SendMessageBatch 1',
    ]);
  });

  it('that is discovered is looked at as a whole with each document', async () => {
    addTask('task_open', ['first', 'last']);
    await receive({ task_id: 'task_open' });

    expect(await listCalls(() => receive({ task_id: 'task_open', step_id: 'first' }))).toEqual([
      ...FIRST_TIME,
      'dynamodb Query of the step 1',
    ]);
  });

  it('takes its manifest besides, with its last document', async () => {
    addTask('task_closed', ['first', 'last']);
    await receive({ task_id: 'task_closed' });
    await receive({ task_id: 'task_closed', step_id: 'first' });

    expect(await listCalls(() => receive({ task_id: 'task_closed', step_id: 'last' }))).toEqual([
      ...FIRST_TIME,
      // Of all of its records.
      'dynamodb Query of the step 1',
      's3 PutObject 2',
      'dynamodb UpdateItem of the task 1',
    ]);
  });
});
