import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'content-disposition';
import { readArchivedObject, readRecords } from '../local/archived-documents.ts';
import { createDemoTask } from '../local/demo-task.ts';
import { type Stack, startStack } from '../local/stack.ts';
import type { VendorTask } from '../local/vendor-task.ts';
import { testServices } from './support/services.ts';
import { type FetchedDocument, fetchStepDocument } from './support/vendor-client.ts';

const quietMs = 25_000;
const never = { fileName: 'Never.pdf', contentType: 'application/pdf', content: 'never' } as const;

const createTask = (taskId: string, document: VendorTask['steps'][number]['document']): VendorTask => ({
  taskId,
  title: 'A contract',
  status: 'completed',
  workflowId: 'wf_nda',
  workflowName: 'NDA',
  createdAt: '2025-11-03T09:12:44.031Z',
  steps: [{ stepId: 'nda_step', stepName: 'Generate', stepType: 'document_generation', ...(document && { document }) }],
});

let stack: Stack;
let directory: string;
let demo: VendorTask;
/** Changes while the tests run: the vendor hands out what it holds now. */
const draft = { fileName: 'NDA.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-1.7\n% 1\n%%EOF\n') };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chamelio-archive-'));
  demo = await createDemoTask();
  stack = await startStack({
    directory,
    tasks: [demo, createTask('task_one', draft), createTask('task_never', never)],
    environment: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    services: testServices,
  });
  await post('/tasks/task_demo/archive');
}, 60_000);

afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

// oxlint-disable-next-line typescript/no-explicit-any -- What is answered is what these tests are about.
type Answer = { status: number; body: any };

const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  body: await response.json(),
});

const get = async (path: string) => answerOf(await fetch(stack.apiUrl + path));

/** Asks, and waits until the queue is quiet. */
async function post(path: string, body?: string) {
  const init = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } };
  const answer = await answerOf(await fetch(stack.apiUrl + path, { method: 'POST', ...init }));
  await stack.whenQuiet(quietMs);
  return answer;
}

const hash = (content: Buffer) => createHash('sha256').update(content).digest('hex');
/** Thirty megabytes are quicker compared by their hash. */
const describeDocument = (fetched: FetchedDocument) =>
  'content' in fetched ? { ...fetched, content: hash(fetched.content) } : fetched;

describe("a client of the vendor's changes base URL and authentication, and nothing else", () => {
  const askVendor = (stepId: string, taskId = 'task_demo') =>
    fetchStepDocument(
      stack.vendor.url,
      { taskId, stepId },
      { 'x-api-key': stack.environment.CHAMELIO_API_KEY as string },
    );
  const askArchive = (stepId: string, taskId = 'task_demo') => fetchStepDocument(stack.apiUrl, { taskId, stepId }, {});

  it.each(['draft_step', 'translation_step', 'signed_step'])(
    'the same bytes under the same name, and the vendor is not asked: %s',
    async (stepId) => {
      const fromVendor = await askVendor(stepId);
      const asked = stack.storage.requests.length;
      const fromArchive = await askArchive(stepId);

      expect(stack.storage.requests).toHaveLength(asked);
      expect(describeDocument(fromArchive)).toEqual(describeDocument(fromVendor));
      expect(fromArchive).toHaveProperty('content');
    },
  );

  it.each([
    ['the document is not there yet, or never will be', 'summary_step', 501],
    ['there is no such step', 'no_step', 404],
  ])('the same refusal where %s', async (_, stepId, status) => {
    const fromArchive = await askArchive(stepId);

    expect(fromArchive).toEqual(await askVendor(stepId));
    expect(fromArchive).toMatchObject({ status });
  });

  it('a 404 instead of a 501 for a step that generates nothing: the archive has never heard of it', async () => {
    expect(await askVendor('intake_step')).toMatchObject({ status: 501 });
    expect(await askArchive('intake_step')).toMatchObject({ status: 404 });
  });

  it('the same refusal where there is no such task', async () => {
    expect(await askArchive('draft_step', 'no_task')).toEqual(await askVendor('draft_step', 'no_task'));
  });

  it('the same fields, and hash and size beside them', async () => {
    const path = '/tasks/task_demo/steps/draft_step/document';
    const headers = { 'x-api-key': stack.environment.CHAMELIO_API_KEY as string };
    const fromVendor = await answerOf(await fetch(stack.vendor.url + path, { headers }));
    const fromArchive = await get(path);

    expect(Object.keys(fromArchive.body)).toEqual([...Object.keys(fromVendor.body), 'sha256', 'size_bytes']);
  });
});

describe('a link', () => {
  it.each([
    ['translation_step', 'Übersicht "Vertrag".pdf'],
    ['signed_step', 'Master Services Agreement (signed).pdf'],
  ])('saves the document of %s under its own name, with what its record says', async (stepId, fileName) => {
    const { body } = await get(`/tasks/task_demo/steps/${stepId}/document`);
    const response = await fetch(body.download_url);
    const content = Buffer.from(await response.arrayBuffer());

    expect(parse(response.headers.get('content-disposition') as string)).toMatchObject({
      type: 'attachment',
      parameters: { filename: fileName },
    });
    expect(response.headers.get('content-type')).toBe('application/pdf');
    expect(content).toHaveLength(body.size_bytes);
    expect(hash(content)).toBe(body.sha256);
  });

  it('goes on giving the version that was recorded when it was made', async () => {
    await post('/tasks/task_one/archive');
    const before = await get('/tasks/task_one/steps/nda_step/document');
    const content = Buffer.from('%PDF-1.7\n% 2\n%%EOF\n');
    stack.storage.put('/documents/task_one/nda_step', { content, contentType: draft.contentType });
    await post('/tasks/task_one/steps/nda_step/archive');
    const after = await get('/tasks/task_one/steps/nda_step/document');
    const read = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());

    expect(await read(before.body.download_url)).toEqual(draft.content);
    expect(await read(after.body.download_url)).toEqual(content);
  });
});

describe('asking for a run', () => {
  it('archives the documents of a task', async () => {
    const { body } = await get('/tasks/task_demo/documents');
    const records = await readRecords(stack, 'task_demo');

    expect(body).toMatchObject({ task_id: 'task_demo', status: 'DISCOVERED', total: 4 });
    expect(body.documents).toEqual(records.filter(({ step_id }) => step_id !== '#task'));
  });

  it('copies even what is unchanged when it is forced to', async () => {
    const read = async () => (await readRecords(stack, 'task_demo')).find(({ step_id }) => step_id === 'draft_step');
    const before = await read();
    expect(await post('/tasks/task_demo/steps/draft_step/archive', '{"force": false}')).toEqual({
      status: 202,
      body: { status: 'queued', task_id: 'task_demo', step_id: 'draft_step' },
    });
    expect((await read())?.version_id).toBe(before?.version_id);

    await post('/tasks/task_demo/steps/draft_step/archive', '{"force": true}');
    const after = await read();
    expect(after?.version_id).not.toBe(before?.version_id);
    expect((await readArchivedObject(stack, after ?? (before as never))).sha256).toBe(before?.sha256);
  });

  it.each([
    ['/tasks/-x/archive', '{}', 'task_id'],
    ['/tasks/task_demo/steps/a%2Fb/archive', '{}', 'step_id'],
    ['/tasks/task_demo/archive', '{"force": "yes"}', 'force'],
  ])('is refused at %s with %s, naming the field', async (path, body, field) => {
    expect(await post(path, body)).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(`^${field}: `), issues: [{ path: field }] },
    });
  });

  it('is refused with more than 1 MiB', async () => {
    expect(await post('/tasks/task_demo/archive', ' '.repeat(1024 * 1024 + 1))).toMatchObject({ status: 413 });
  });
});

it('knows nothing of a task that nobody has ever named', async () => {
  expect(await get('/tasks/unheard_of/documents')).toEqual({ status: 404, body: { detail: 'Task not found' } });
});

it('lists more documents than a page of DynamoDB holds', async () => {
  const { client, tableName: TableName } = stack.table;
  for (const stepId of ['a', 'b', 'c', 'd', 'e']) {
    const Item = marshall({
      task_id: 'task_large',
      step_id: stepId,
      status: 'PENDING',
      file_name: 'n'.repeat(350_000),
    });
    await client.send(new PutItemCommand({ TableName, Item }));
  }

  expect((await get('/tasks/task_large/documents')).body).toMatchObject({ status: null, total: 5 });
});

it('answers 500 for a document that could not be archived', async () => {
  const { client, tableName: TableName } = stack.table;
  const at = '2026-11-24T11:08:00.708Z';
  const record = { task_id: 'task_failed', step_id: 'a', status: 'FAILED', created_at: at, updated_at: at };
  await client.send(new PutItemCommand({ TableName, Item: marshall(record) }));

  expect(await get('/tasks/task_failed/steps/a/document')).toEqual({
    status: 500,
    body: { detail: 'Failed to download step document' },
  });
});
