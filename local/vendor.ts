import { createServer } from 'node:http';
import { type Listening, listenOnLoopback } from './listen-on-loopback.ts';
import type { Storage } from './storage.ts';
import { type KeptFile, listFiles, listKeptFiles, listSignedFiles } from './vendor-files.ts';
import { describeTask, storagePath, type VendorTask } from './vendor-task.ts';

export type Vendor = Listening & {
  readonly requests: readonly { method: string; path: string; status: number }[];
};

type Options = { apiKey: string; storage: Storage; tasks: readonly VendorTask[]; port?: number };
type Question = {
  method: string;
  path: string;
  userEmail: string | null;
  presentedKey: string | string[] | undefined;
};
type Answer = { status: number; body: unknown };

const refuse = (status: number, detail: string): Answer => ({ status, body: { detail } });

/** Stands in for the vendor's API: the endpoints we call, with its answers and its own error sentences. */
export async function startVendor({ apiKey, storage, tasks, port = 0 }: Options): Promise<Vendor> {
  const requests: { method: string; path: string; status: number }[] = [];
  for (const task of tasks) {
    for (const file of [...listKeptFiles(task), ...listSignedFiles(task)]) storage.put(file.path, file);
    for (const { stepId, document } of task.steps) {
      if (!document || document.content === 'never') continue;
      storage.put(storagePath(task.taskId, stepId), { content: document.content, contentType: document.contentType });
    }
  }

  const server = createServer((request, response) => {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', listening.url);
    const method = request.method ?? 'GET';
    const { status, body } = answer({
      method,
      path,
      userEmail: searchParams.get('user_email'),
      presentedKey: request.headers['x-api-key'],
    });
    requests.push({ method, path, status });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const listening = await listenOnLoopback(server, port);

  function answer({ method, path, userEmail, presentedKey }: Question): Answer {
    const route = /^\/tasks\/([^/]+)(?:\/(files|signed-documents)|\/steps\/([^/]+)\/document)?$/.exec(path);
    const [, fileId] = /^\/files\/([^/]+)$/.exec(path) ?? [];
    if (!route && fileId === undefined) return refuse(404, 'Not Found');
    if (method !== 'GET') return refuse(405, 'Method Not Allowed');
    if (!presentedKey) return refuse(401, 'API key required');
    if (presentedKey !== apiKey) return refuse(401, 'Invalid API key');

    if (!route) return answerFile(decodeURIComponent(fileId as string), userEmail);
    const [, taskId = '', list, encodedStepId] = route;
    const task = tasks.find((known) => known.taskId === decodeURIComponent(taskId));
    if (encodedStepId !== undefined) return answerDocument(task, decodeURIComponent(encodedStepId));
    if (!task) return refuse(404, 'Task not found');
    if (list === 'signed-documents') return answerSigned(task);
    return { status: 200, body: list ? listFiles(task) : describeTask(task, listening.url) };
  }

  function describeLink({ path, fileName }: Pick<KeptFile, 'path' | 'fileName'>) {
    const { url, expiresAt } = storage.sign(path);
    return { download_url: url, file_name: fileName, expires_at: expiresAt.toISOString() };
  }

  function answerFile(fileId: string, userEmail: string | null): Answer {
    if (!/^(?:document|attachment)_./.test(fileId)) return refuse(400, `Invalid file ID format: ${fileId}`);
    if (!userEmail) return refuse(422, 'user_email: Field required');
    const file = tasks.flatMap(listKeptFiles).find((known) => known.fileId === fileId);
    if (!file) return refuse(404, 'File not found');
    return { status: 200, body: { file_id: fileId, content_type: file.contentType, ...describeLink(file) } };
  }

  function answerSigned(task: VendorTask): Answer {
    const documents = listSignedFiles(task).map((file) => ({
      file_id: file.fileId,
      step_id: file.stepId,
      step_name: task.steps.find(({ stepId }) => stepId === file.stepId)?.stepName ?? null,
      ...describeLink(file),
    }));
    const body = { task_id: task.taskId, workflow_status: task.status, total: documents.length, documents };
    return { status: 200, body };
  }

  function answerDocument(task: VendorTask | undefined, stepId: string): Answer {
    const step = task?.steps.find((known) => known.stepId === stepId);
    if (!task || !step) return refuse(404, 'Document not found for step');
    if (!step.document || step.document.content === 'never') return refuse(501, 'Document not available for this step');
    const path = storagePath(task.taskId, stepId);
    return { status: 200, body: describeLink({ path, fileName: step.document.fileName }) };
  }

  return { ...listening, requests };
}
