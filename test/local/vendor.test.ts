import { afterEach, describe, expect, it } from '@jest/globals';
import { startStorage } from '../../local/storage.ts';
import { startVendor } from '../../local/vendor.ts';
import type { VendorTask } from '../../local/vendor-task.ts';

const task: VendorTask = {
  taskId: 'task_1',
  title: 'A contract',
  status: 'completed',
  workflowId: 'wf_1',
  workflowName: 'Contracts',
  createdAt: '2025-11-03T09:12:44.031Z',
  steps: [
    {
      stepId: 'form_step',
      stepName: 'Form',
      stepType: 'form',
      uploads: [{ fileName: 'in.docx', variableId: 'var_1' }],
    },
    {
      stepId: 'draft_step',
      stepName: 'Draft',
      stepType: 'document_generation',
      document: { fileName: 'Draft.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-1.7') },
    },
    {
      stepId: 'never_step',
      stepName: 'Never',
      stepType: 'ai_review',
      document: { fileName: 'Never.pdf', contentType: 'application/pdf', content: 'never' },
    },
  ],
};

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function start(tasks: VendorTask[] = [task]) {
  const storage = await startStorage();
  const vendor = await startVendor({ apiKey: 'ca_right', storage, tasks });
  open.push(vendor.close, storage.close);
  const get = async (path: string, headers: Record<string, string> = { 'x-api-key': 'ca_right' }) => {
    const response = await fetch(vendor.url + path, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { vendor, storage, get };
}

describe('the vendor stand-in', () => {
  it.each([
    ['no key', {}, 'API key required'],
    ['a wrong key', { 'x-api-key': 'ca_wrong' }, 'Invalid API key'],
  ])('refuses a call with %s', async (_what, headers, detail) => {
    const { get } = await start();
    expect(await get('/tasks/task_1/files', headers)).toEqual({ status: 401, body: { detail } });
  });

  it('gives a URL on another origin, where the document is', async () => {
    const { vendor, storage, get } = await start();
    const { status, body } = await get('/tasks/task_1/steps/draft_step/document');

    expect(status).toBe(200);
    expect(body).toEqual({ download_url: expect.any(String), file_name: 'Draft.pdf', expires_at: expect.any(String) });
    const url = new URL(String(body.download_url));
    expect(url.origin).toBe(storage.url);
    expect(url.origin).not.toBe(vendor.url);
    expect(url.searchParams.get('X-Amz-Expires')).toBe('300');
    expect(await (await fetch(url)).text()).toBe('%PDF-1.7');
  });

  it.each([
    ['/tasks/task_1/steps/never_step/document', 501, 'Document not available for this step'],
    ['/tasks/task_1/steps/form_step/document', 501, 'Document not available for this step'],
    ['/tasks/task_1/steps/other_step/document', 404, 'Document not found for step'],
    ['/tasks/task_2/steps/draft_step/document', 404, 'Document not found for step'],
    ['/tasks/task_2/files', 404, 'Task not found'],
    ['/tasks/task_2', 404, 'Task not found'],
    ['/other', 404, 'Not Found'],
  ])('answers %s with %d', async (path, status, detail) => {
    const { get } = await start();
    expect(await get(path)).toEqual({ status, body: { detail } });
  });

  it('lists generated files without a variable, uploaded ones with theirs', async () => {
    const { get } = await start();
    const { body } = await get('/tasks/task_1/files');

    expect(body).toMatchObject({
      task_id: 'task_1',
      files: [
        { file_name: 'in.docx', variable_id: 'var_1', step_id: 'form_step' },
        { file_name: 'Draft.pdf', variable_id: null, step_id: 'draft_step' },
        { file_name: 'Never.pdf', variable_id: null, step_id: 'never_step' },
      ],
      total_files: 3,
    });
  });

  it('lists at most ten files and says how many there are', async () => {
    const uploads = Array.from({ length: 12 }, (_, index) => ({ fileName: `${index}.pdf`, variableId: 'var_1' }));
    const { get } = await start([
      { ...task, steps: [{ stepId: 'form_step', stepName: 'Form', stepType: 'form', uploads }] },
    ]);
    const { body } = await get('/tasks/task_1/files');

    expect(body.files).toHaveLength(10);
    expect(body.total_files).toBe(12);
  });

  describe('with uploaded files and signed documents', () => {
    const signed = {
      fileId: 'document_9',
      fileName: 'Signed.pdf',
      stepId: 'form_step',
      content: Buffer.from('%PDF-2'),
    };
    const uploads = [{ fileName: 'in.docx', variableId: 'var_1', content: Buffer.from('PK') }];
    const withFiles = {
      ...task,
      steps: [{ stepId: 'form_step', stepName: 'Form', stepType: 'form', uploads }],
      signedDocuments: [signed],
    };
    const read = async (url: unknown) => (await fetch(String(url))).text();

    it('gives a link to an uploaded file to whoever says for whom', async () => {
      const { get } = await start([withFiles]);
      const { status, body } = await get('/files/document_task_1_1?user_email=a%40example.com');

      expect([status, body]).toEqual([
        200,
        {
          file_id: 'document_task_1_1',
          file_name: 'in.docx',
          content_type: 'application/octet-stream',
          download_url: expect.any(String),
          expires_at: expect.any(String),
        },
      ]);
      expect(await read(body.download_url)).toBe('PK');
    });

    it('lists signed documents with a link to each', async () => {
      const { get } = await start([withFiles]);
      const { body } = await get('/tasks/task_1/signed-documents');
      const [document] = body.documents as { download_url: string }[];

      expect(body).toMatchObject({ task_id: 'task_1', workflow_status: 'completed', total: 1 });
      expect(document).toMatchObject({ file_id: 'document_9', file_name: 'Signed.pdf', step_name: 'Form' });
      expect(await read(document?.download_url)).toBe('%PDF-2');
    });

    it('lists none of a task that has none', async () => {
      const { get } = await start();
      expect((await get('/tasks/task_1/signed-documents')).body).toMatchObject({ total: 0, documents: [] });
    });

    it.each([
      ['/files/document_task_1_1', 422, 'user_email: Field required'],
      ['/files/other?user_email=a', 400, 'Invalid file ID format: other'],
      ['/files/document_other?user_email=a', 404, 'File not found'],
      ['/tasks/other/signed-documents', 404, 'Task not found'],
    ])('answers %s with %d', async (path, status, detail) => {
      const { get } = await start([withFiles]);
      expect(await get(path)).toEqual({ status, body: { detail } });
    });
  });

  it('describes the task with its step runs', async () => {
    const { get } = await start();
    const { body } = await get('/tasks/task_1');

    expect(body.task).toMatchObject({
      task_id: 'task_1',
      status: 'completed',
      step_runs: [
        { step_id: 'form_step', status: 'completed' },
        { step_id: 'draft_step', status: 'completed' },
        { step_id: 'never_step', status: 'completed' },
      ],
    });
  });

  it('counts what it was asked', async () => {
    const { vendor, get } = await start();
    await get('/tasks/task_1/files', {});
    await get('/tasks/task_1/files');

    expect(vendor.requests).toEqual([
      { method: 'GET', path: '/tasks/task_1/files', status: 401 },
      { method: 'GET', path: '/tasks/task_1/files', status: 200 },
    ]);
  });
});
