import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { ROUTES } from '../../lib/api-request.ts';
import { readRecords } from '../../local/archived-documents.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';
import { matchRoute } from '../../local/match-route.ts';
import { signWebhook } from '../../local/sign-webhook.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import type { VendorTask } from '../../local/vendor-task.ts';

const events = join(import.meta.dirname, '../../events');
const read = (name: string) => readFileSync(join(events, name), 'utf8');
const parse = (name: string): unknown => JSON.parse(read(name));

const pdf = Buffer.from('%PDF-1.7\n%%EOF\n');
const createTask = (taskId: string): VendorTask => ({
  taskId,
  title: 'A contract',
  status: 'completed',
  workflowId: 'wf_msa_review',
  workflowName: 'Master Services Agreement',
  createdAt: '2025-11-03T09:12:44.031Z',
  steps: ['draft_step', 'signed_step'].map((stepId) => ({
    stepId,
    stepName: stepId,
    stepType: 'document_generation',
    document: { fileName: `${stepId}.pdf`, contentType: 'application/pdf', content: pdf },
  })),
});

let stack: Stack;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chamelio-archive-'));
  const tasks = ['task_demo', '48213'].map(createTask);
  stack = await startStack({ directory, tasks, environment: { POWERTOOLS_LOG_LEVEL: 'SILENT' } });
});

afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

async function readStatus(taskId: string, stepId: string) {
  return (await readRecords(stack, taskId)).find((record) => record.step_id === stepId)?.status;
}

describe('events/', () => {
  it('holds only what is used here', () => {
    expect(readdirSync(events)).toEqual([
      'api.archive-step.json',
      'api.archive-task.json',
      'api.document.json',
      'api.documents.json',
      'api.webhook.json',
      'bus.document-archived.json',
      'bus.document-failed.json',
      'bus.task-archived.json',
      'document-archived.schema.json',
      'document-failed.schema.json',
      'eventbridge.task.json',
      'eventbridge.webhook.json',
      'queue.step.json',
      'queue.task.json',
      'schedule.sweep.json',
      'sqs.batch.json',
      'task-archived.schema.json',
      'webhook.document-uploaded.json',
      'webhook.step-change.json',
      'webhook.tasks-canceled.json',
      'webhook.tasks-commented.json',
      'webhook.tasks-completed.json',
      'webhook.tasks-created.json',
    ]);
  });

  it.each([
    ['webhook.tasks-created.json', 'queued'],
    ['webhook.step-change.json', 'queued'],
    ['webhook.tasks-canceled.json', 'queued'],
    ['webhook.tasks-completed.json', 'queued'],
    ['webhook.tasks-commented.json', 'ignored'],
    ['webhook.document-uploaded.json', 'ignored'],
  ])('%s is %s by the webhook', async (name, status) => {
    const response = await stack.postWebhook(read(name));

    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ status });
    await stack.whenQuiet(20_000);
  });

  it('webhook.step-change.json archived the document of the step that was left', async () => {
    expect(await readStatus('task_demo', 'draft_step')).toBe('ARCHIVED');
  });

  it('webhook.tasks-canceled.json left no record of a task never heard of', async () => {
    expect(await readRecords(stack, 'task_7d1e40c3')).toEqual([]);
  });

  it.each([
    ['queue.task.json', 'task_demo', '#task', 'DISCOVERED'],
    ['queue.step.json', '48213', 'signed_step', 'ARCHIVED'],
    ['eventbridge.task.json', 'task_demo', '#task', 'DISCOVERED'],
    ['eventbridge.webhook.json', 'task_demo', 'signed_step', 'ARCHIVED'],
  ])('%s is understood on the queue', async (name, ...[taskId, stepId, status]) => {
    const command = new SendMessageCommand({ QueueUrl: stack.queue.queueUrl, MessageBody: read(name) });
    await stack.queue.client.send(command);
    await stack.whenQuiet(20_000);

    expect(await readStatus(taskId, stepId)).toBe(status);
  });

  it.each(['eventbridge.task.json', 'eventbridge.webhook.json'])('%s is understood directly', async (name) => {
    expect(await stack.invokeArchive(parse(name))).toEqual({
      status: 'discovered',
      step_ids: ['draft_step', 'signed_step'],
    });
  });

  it.each(['bus.document-archived', 'bus.document-failed', 'bus.task-archived'])(
    '%s.json, an event of our own, is ignored',
    async (name) => {
      const event = parse(`${name}.json`) as { 'detail-type': string };

      expect(await stack.invokeArchive(event)).toEqual({ status: 'ignored', event: event['detail-type'] });
    },
  );

  it.each(['document-archived', 'document-failed', 'task-archived'])('bus.%s.json is as its schema says', (name) => {
    const schema = z.fromJSONSchema(parse(`${name}.schema.json`) as z.core.JSONSchema.JSONSchema);
    const { detail } = parse(`bus.${name}.json`) as { detail: unknown };

    expect(schema.parse(detail)).toEqual(detail);
  });

  it.each([
    ['api.archive-task.json', 202, { status: 'queued', task_id: 'task_demo' }],
    ['api.archive-step.json', 202, { status: 'queued', task_id: 'task_demo', step_id: 'draft_step' }],
    ['api.documents.json', 200, { task_id: 'task_demo', status: 'DISCOVERED', total: 2 }],
    ['api.document.json', 200, { file_name: 'draft_step.pdf', size_bytes: pdf.length }],
  ])('%s is answered by api with %d', async (name, status, body) => {
    const { handler } = await import('../../handlers/api.ts');
    const event = parse(name) as APIGatewayProxyEventV2;
    const answer = (await handler(event, createLambdaContext('api', 10_000))) as APIGatewayProxyStructuredResultV2;
    await stack.whenQuiet(20_000);

    expect([answer.statusCode, JSON.parse(answer.body ?? '')]).toMatchObject([status, body]);
  });

  it.each(['archive-task', 'archive-step', 'documents', 'document'])(
    'api.%s.json names its route as its path',
    (name) => {
      const { routeKey, rawPath, pathParameters } = parse(`api.${name}.json`) as APIGatewayProxyEventV2;

      expect(matchRoute(Object.keys(ROUTES), routeKey.split(' ')[0] as string, rawPath)).toEqual({
        routeKey,
        pathParameters,
      });
    },
  );

  it('sqs.batch.json is a batch, and acknowledged', async () => {
    const batch = parse('sqs.batch.json') as SQSEvent;

    for (const { body, md5OfBody } of batch.Records) {
      expect(createHash('md5').update(body).digest('hex')).toBe(md5OfBody);
    }
    // Until it is, the queue may be at work on the same steps.
    await stack.whenQuiet(20_000);
    expect(await stack.invokeArchive(batch)).toEqual({ batchItemFailures: [] });
  });

  it('schedule.sweep.json starts a sweep, which has nothing to do here', async () => {
    expect(await stack.invokeSweep(parse('schedule.sweep.json'))).toEqual({
      unfinished: { put_back: 0, finished: 0, gave_up: 0 },
      open: { asked: 0, completed: 0, canceled: 0, failed: 0 },
      failed: { put_back: 0 },
      events: { published: 0, unpublished: 0 },
    });
  });

  it('api.webhook.json is signed under the secret local-example-secret', () => {
    const { body = '', headers } = parse('api.webhook.json') as APIGatewayProxyEventV2;

    expect(headers['x-chamelio-signature']).toBe(signWebhook(body, 'local-example-secret'));
    expect(JSON.parse(body)).toEqual(parse('webhook.tasks-completed.json'));
  });
});
