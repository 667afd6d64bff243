import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chooseShard } from '../lib/shard.ts';
import { readArchivedObject, readRecords } from '../local/archived-documents.ts';
import { createDemoTask } from '../local/demo-task.ts';
import { type Stack, startStack } from '../local/stack.ts';
import type { VendorTask } from '../local/vendor-task.ts';
import { testServices } from './support/services.ts';

const quietMs = 25_000;
const minimalPdf = (text: string) => Buffer.from(`%PDF-1.7\n% ${text}\n%%EOF\n`);
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** A task with one small document, for a test that wants one of its own. */
const createSmallTask = (taskId: string): VendorTask => ({
  taskId,
  title: 'A small contract',
  status: 'completed',
  workflowId: 'wf_nda',
  workflowName: 'NDA',
  createdAt: '2025-11-03T09:12:44.031Z',
  steps: [
    {
      stepId: 'nda_step',
      stepName: 'Generate the NDA',
      stepType: 'document_generation',
      document: { fileName: 'NDA.pdf', contentType: 'application/pdf', content: minimalPdf(taskId) },
    },
  ],
});

let stack: Stack;
let directory: string;
let demo: VendorTask;
let completion: string;

const completionOf = (taskId: string) => completion.replaceAll('task_demo', taskId);
const documentOf = (stepId: string) => demo.steps.find((step) => step.stepId === stepId)?.document?.content as Buffer;

beforeAll(async () => {
  completion = await readFile(join(import.meta.dirname, '../events/webhook.tasks-completed.json'), 'utf8');
  directory = await mkdtemp(join(tmpdir(), 'chamelio-archive-'));
  demo = await createDemoTask();
  const small = ['task_base64', 'task_tenfold', 'task_queued', 'task_forged', 'task_heard_of'].map(createSmallTask);
  const environment = { POWERTOOLS_LOG_LEVEL: 'SILENT' };
  stack = await startStack({
    directory,
    tasks: [demo, ...small],
    maxReceiveCount: 3,
    environment,
    services: testServices,
  });
}, 60_000);

afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

async function readRecord(taskId: string, stepId: string) {
  const record = (await readRecords(stack, taskId)).find((known) => known.step_id === stepId);
  if (!record) throw new Error(`There is no record of ${taskId}, ${stepId}`);
  return record;
}

/** How often the store took each key of a task: by its versions, and by the writes that succeeded. */
async function countWrites(taskId: string) {
  const prefix = `tasks/${taskId}/`;
  const command = new ListObjectVersionsCommand({ Bucket: stack.s3.bucket, Prefix: prefix });
  const { Versions = [], DeleteMarkers = [] } = await stack.s3.client.send(command);
  const writes = stack.s3.operations.filter(
    ({ operation, key, status }) =>
      ['PutObject', 'CompleteMultipartUpload'].includes(operation) && key.startsWith(prefix) && status === 200,
  );
  return {
    versions: Versions.map(({ Key }) => Key ?? '').toSorted(),
    writes: writes.map(({ key }) => key).toSorted(),
    deleteMarkers: DeleteMarkers.length,
  };
}

async function countMessages() {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const command = new GetQueueAttributesCommand({ QueueUrl: stack.queue.queueUrl, AttributeNames: [...names] });
  return (await stack.queue.client.send(command)).Attributes;
}

describe('a signed completion', () => {
  beforeAll(async () => {
    const response = await stack.postWebhook(completion);
    expect([response.status, await response.json()]).toEqual([
      202,
      { status: 'queued', event_id: 'evt_9f86d081884c7d65' },
    ]);
    await stack.whenQuiet(quietMs);
  }, 60_000);

  it.each([
    ['draft_step', 'Master Services Agreement.pdf', 'Master Services Agreement.pdf'],
    ['translation_step', '../../Übersicht "Vertrag"\n.pdf', 'Übersicht "Vertrag".pdf'],
    ['signed_step', 'Master Services Agreement (signed).pdf', 'Master Services Agreement (signed).pdf'],
  ])('records what it archived of %s', async (stepId, vendorName, safeName) => {
    const content = documentOf(stepId);

    expect(await readRecord('task_demo', stepId)).toEqual({
      schema: 1,
      task_id: 'task_demo',
      step_id: stepId,
      status: 'ARCHIVED',
      bucket: stack.s3.bucket,
      key: `tasks/task_demo/steps/${stepId}/${safeName}`,
      version_id: expect.stringMatching(/./),
      etag: expect.stringMatching(/./),
      file_name: vendorName,
      content_type: 'application/pdf',
      size_bytes: content.length,
      sha256: sha256(content),
      source_etag: `"${createHash('md5').update(content).digest('hex')}"`,
      event: 'flows.tasks.completed',
      event_id: 'evt_9f86d081884c7d65',
      organization_id: 'org_northwind',
      workflow_id: 'wf_msa_review',
      workflow_name: 'Master Services Agreement',
      occurred_at: '2025-11-24T09:30:12.418Z',
      attempts: 1,
      not_ready_count: 0,
      sweeps: 0,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      archived_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it.each([
    ['draft_step', true],
    ['translation_step', true],
    // Over the multipart threshold: the metadata is written before all bytes are seen.
    ['signed_step', false],
  ])('stores exactly the bytes of %s', async (stepId, isSingleRequest) => {
    const { content, contentType, metadata } = await readArchivedObject(stack, await readRecord('task_demo', stepId));

    expect(content.equals(documentOf(stepId))).toBe(true);
    expect(contentType).toBe('application/pdf');
    expect(metadata).toEqual({
      'task-id': 'task_demo',
      'step-id': stepId,
      ...(isSingleRequest ? { sha256: sha256(content) } : {}),
    });
  });

  it('keeps a document that does not exist yet as pending, with the reason', async () => {
    const record = await readRecord('task_demo', 'summary_step');

    expect(record).toMatchObject({
      status: 'PENDING',
      attempts: 1,
      not_ready_count: 1,
      error: { stage: expect.any(String), code: expect.any(String), message: expect.any(String) },
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
    expect(record).not.toHaveProperty('lease_id');
    expect(record).not.toHaveProperty('key');
  });

  it('keeps a record of the task itself', async () => {
    const record = await readRecord('task_demo', '#task');

    expect(record).toMatchObject({
      status: 'DISCOVERED',
      initiated_by: 'dana.levi@example.com',
      step_ids: ['draft_step', 'summary_step', 'translation_step', 'signed_step'],
      document_count: 4,
      event: 'flows.tasks.completed',
      event_id: 'evt_9f86d081884c7d65',
      // The sweep takes it away once every step has a record.
      unfinished: expect.stringMatching(/^[0-7]$/),
    });
  });

  it('shows the API key to the vendor only', () => {
    expect(stack.vendor.requests.filter(({ status }) => status === 401)).toEqual([]);
    expect(stack.storage.requests.length).toBeGreaterThan(0);
    expect(stack.storage.requests.filter(({ headers }) => 'x-api-key' in headers)).toEqual([]);
  });

  it('writes nothing new when it is delivered again', async () => {
    const before = await countWrites('task_demo');
    expect(before.versions).toHaveLength(3);
    expect(before.writes).toEqual(before.versions);

    const response = await stack.postWebhook(completion);
    expect(response.status).toBe(202);
    await stack.whenQuiet(quietMs);

    expect(await countWrites('task_demo')).toEqual(before);
    expect((await readRecord('task_demo', 'draft_step')).status).toBe('ARCHIVED');
  });
});

it('archives a document once when the same completion is delivered ten times at once', async () => {
  const body = completionOf('task_tenfold');
  const responses = await Promise.all(Array.from({ length: 10 }, () => stack.postWebhook(body)));
  await stack.whenQuiet(quietMs);

  expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 202));
  const key = 'tasks/task_tenfold/steps/nda_step/NDA.pdf';
  const once = ['tasks/task_tenfold/manifest.json', key];
  expect(await countWrites('task_tenfold')).toEqual({ versions: once, writes: once, deleteMarkers: 0 });
  expect((await readRecord('task_tenfold', 'nda_step')).status).toBe('ARCHIVED');
});

it.each([
  ['Document Archived', 'nda_step'],
  ['Task Archived', '#task'],
])('tells the event bus "%s", under one id however often it is delivered', async (type, stepId) => {
  const { version_id, sha256: hash } = await readRecord('task_tenfold', stepId);
  const told = stack.bus.events.filter(
    ({ 'detail-type': toldType, detail }) => toldType === type && detail.task_id === 'task_tenfold',
  );

  expect(told[0]).toMatchObject({ source: 'chamelio-archive', detail: { version_id, sha256: hash } });
  expect(new Set(told.map(({ detail }) => detail.id)).size).toBe(1);
});

it('writes a manifest once every document of a task has reached an end', async () => {
  const { content, contentType } = await readArchivedObject(stack, await readRecord('task_tenfold', '#task'));
  const { sha256: hash, key, version_id } = await readRecord('task_tenfold', 'nda_step');

  expect(contentType).toBe('application/json');
  expect(JSON.parse(content.toString())).toMatchObject({
    task_id: 'task_tenfold',
    trigger: { event: 'flows.tasks.completed', initiated_by: 'dana.levi@example.com' },
    documents: [{ step_id: 'nda_step', status: 'ARCHIVED', sha256: hash, key, version_id }],
  });
});

it('takes a delivery whose body arrives base64-encoded', async () => {
  const response = await stack.postWebhook(completionOf('task_base64'), { 'content-type': 'application/octet-stream' });
  expect(response.status).toBe(202);
  await stack.whenQuiet(quietMs);

  const { content } = await readArchivedObject(stack, await readRecord('task_base64', 'nda_step'));
  expect(content.equals(minimalPdf('task_base64'))).toBe(true);
});

it('finds a task whose completion got lost, and archives it', async () => {
  const { client, tableName } = stack.table;
  const dayAgo = new Date(Date.now() - 25 * 3600_000).toISOString();
  const heardOf = { task_id: 'task_heard_of', step_id: '#task', status: 'OPEN', sweeps: 0, not_ready_count: 0 };
  const Item = marshall({
    ...heardOf,
    unfinished: `t${chooseShard('task_heard_of')}`,
    created_at: dayAgo,
    updated_at: dayAgo,
  });
  await client.send(new PutItemCommand({ TableName: tableName, Item }));

  expect(await stack.invokeSweep()).toMatchObject({ open: { asked: 1, completed: 1 } });
  await stack.whenQuiet(quietMs);
  expect(await readRecord('task_heard_of', 'nda_step')).toMatchObject({ status: 'ARCHIVED' });
  expect(await readRecord('task_heard_of', '#task')).toMatchObject({ status: 'DISCOVERED' });
});

it.each([
  ['wrong', { 'x-chamelio-signature': `sha256=${'0'.repeat(64)}` }],
  ['garbled', { 'x-chamelio-signature': 'sha256=nonsense' }],
  ['empty', { 'x-chamelio-signature': '' }],
])('answers a %s signature with 401 and queues nothing', async (_what, headers) => {
  const before = await countMessages();
  const response = await stack.postWebhook(completionOf('task_forged'), headers);

  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({ detail: expect.any(String) });
  await stack.whenQuiet(quietMs);
  expect(await countMessages()).toEqual(before);
  expect(await readRecords(stack, 'task_forged')).toEqual([]);
});

it('lets a malformed message end whole in the dead-letter queue without holding up its batch', async () => {
  const malformed = '{"task_id": "../escape", "note": "kept as it is"}';
  const bodies = [malformed, '{"task_id": "task_queued"}', 'not JSON at all'];
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  await stack.queue.client.send(new SendMessageBatchCommand({ QueueUrl: stack.queue.queueUrl, Entries }));
  await stack.whenQuiet(quietMs);

  const command = new ReceiveMessageCommand({ QueueUrl: stack.queue.deadLetterQueueUrl, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await stack.queue.client.send(command);
  expect(Messages.map(({ Body }) => Body ?? '').toSorted()).toEqual([malformed, 'not JSON at all'].toSorted());
  expect((await readRecord('task_queued', 'nda_step')).status).toBe('ARCHIVED');
});
