import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readRecords } from '../local/archived-documents.ts';
import { type Stack, startStack } from '../local/stack.ts';
import type { VendorTask } from '../local/vendor-task.ts';
import { runCli } from './support/run-cli.ts';
import { testServices } from './support/services.ts';

const quietMs = 25_000;
const pdf = (text: string) => Buffer.from(`%PDF-1.7\n% ${text}\n%%EOF\n`);
const uploads = [{ fileName: 'Redlines.pdf', variableId: 'var_1', content: pdf('uploaded') }];
const contents = { step: pdf('generated'), file: pdf('uploaded'), signed: pdf('signed') };
const task: VendorTask = {
  taskId: 'task_all',
  title: 'A contract',
  status: 'completed',
  workflowId: 'wf_nda',
  workflowName: 'NDA',
  createdAt: '2025-11-24T09:30:12.418Z',
  steps: [
    { stepId: 'form_step', stepName: 'Form', stepType: 'form', uploads },
    {
      stepId: 'draft_step',
      stepName: 'Draft',
      stepType: 'document_generation',
      document: { fileName: 'NDA.pdf', contentType: 'application/pdf', content: contents.step },
    },
  ],
  signedDocuments: [
    { fileId: 'document_9', fileName: 'NDA (signed).pdf', stepId: 'draft_step', content: contents.signed },
  ],
};
const ids = { file: '#file:document_task_all_1', signed: '#signed:document_9', step: 'draft_step' };

let stack: Stack;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chamelio-archive-'));
  stack = await startStack({
    directory,
    tasks: [task],
    environment: {
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      ARCHIVE_DOCUMENTS: 'all',
      CHAMELIO_USER_EMAIL: 'archive@example.com',
    },
    services: testServices,
  });
  const completion = await readFile(join(import.meta.dirname, '../events/webhook.tasks-completed.json'), 'utf8');
  await stack.postWebhook(completion.replaceAll('task_demo', 'task_all'));
  await stack.whenQuiet(quietMs);
}, 60_000);
afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

const askApi = (path: string, init: RequestInit = {}) => fetch(`${stack.apiUrl}/tasks/task_all${path}`, init);

it('a completed task is archived with all its documents', async () => {
  const records = await readRecords(stack, 'task_all');

  expect(records.map(({ step_id, status, key }) => [step_id, status, key])).toEqual([
    [ids.file, 'ARCHIVED', 'tasks/task_all/files/document_task_all_1/Redlines.pdf'],
    [ids.signed, 'ARCHIVED', 'tasks/task_all/signed/document_9/NDA (signed).pdf'],
    ['#task', 'DISCOVERED', 'tasks/task_all/manifest.json'],
    [ids.step, 'ARCHIVED', 'tasks/task_all/steps/draft_step/NDA.pdf'],
  ]);
});

it.each(['step', 'file', 'signed'] as const)('the HTTP API gives a link to the document: %s', async (kind) => {
  const answer = await askApi(`/steps/${encodeURIComponent(ids[kind])}/document`);
  const { download_url, sha256 } = (await answer.json()) as Record<string, string>;
  const record = (await readRecords(stack, 'task_all')).find(({ step_id }) => step_id === ids[kind]);

  expect([answer.status, sha256]).toEqual([200, record?.sha256]);
  expect(Buffer.from(await (await fetch(download_url as string)).arrayBuffer())).toEqual(contents[kind]);
});

it('the HTTP API asks for one uploaded file', async () => {
  const answer = await askApi(`/steps/${encodeURIComponent(ids.file)}/archive`, { method: 'POST' });
  await stack.whenQuiet(quietMs);
  const record = (await readRecords(stack, 'task_all')).find(({ step_id }) => step_id === ids.file);

  expect(await answer.json()).toEqual({ status: 'queued', task_id: 'task_all', step_id: ids.file });
  expect(record?.attempts).toBe(2);
});

it('the HTTP API lists them as documents', async () => {
  const { documents } = (await (await askApi('/documents')).json()) as { documents: { step_id: string }[] };
  expect(documents.map(({ step_id }) => step_id)).toEqual(Object.values(ids));
});

it('status shows the task first, and then each of its documents', async () => {
  const { printed } = await runCli(['status', 'task_all'], { env: stack.environment });
  const heads = printed.filter((line) => line.startsWith('task_all '));

  expect(heads.map((line) => line.split(' ')[1])).toEqual(['#task', ...Object.values(ids)]);
});

it('verify finds all of it as recorded, and no object that is not', async () => {
  const { exitCode, printed } = await runCli(['verify', '--all', '--json', '--report', join(directory, 'report')], {
    env: stack.environment,
  });

  expect(exitCode).toBe(0);
  // Three documents and the manifest.
  expect(JSON.parse(printed[0] as string)).toMatchObject({ documents: { checked: 4, right: 4 } });
});

it('verify takes one of them by its id', async () => {
  const report = join(directory, 'one');
  const { exitCode } = await runCli(['verify', 'task_all', ids.signed, '--report', report], { env: stack.environment });

  expect(exitCode).toBe(0);
});
