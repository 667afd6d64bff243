import { createServer } from 'node:http';
import { type Listening, listenOnLoopback } from './listen-on-loopback.ts';
import type { Storage } from './storage.ts';
import { describeTask, listFiles, storagePath, type VendorTask } from './vendor-task.ts';

export type Vendor = Listening & {
  readonly requests: readonly { method: string; path: string; status: number }[];
};

type Options = { apiKey: string; storage: Storage; tasks: readonly VendorTask[]; port?: number };
type Answer = { status: number; body: unknown };

const refuse = (status: number, detail: string): Answer => ({ status, body: { detail } });

/** Stands in for the vendor's API: the endpoints we call, with its answers and its own error sentences. */
export async function startVendor({ apiKey, storage, tasks, port = 0 }: Options): Promise<Vendor> {
  const requests: { method: string; path: string; status: number }[] = [];
  for (const { taskId, steps } of tasks) {
    for (const { stepId, document } of steps) {
      if (!document || document.content === 'never') continue;
      storage.put(storagePath(taskId, stepId), { content: document.content, contentType: document.contentType });
    }
  }

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', listening.url).pathname;
    const method = request.method ?? 'GET';
    const { status, body } = answer(method, path, request.headers['x-api-key']);
    requests.push({ method, path, status });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const listening = await listenOnLoopback(server, port);

  function answer(method: string, path: string, presentedKey: string | string[] | undefined): Answer {
    const route = /^\/tasks\/([^/]+)(?:\/(files)|\/steps\/([^/]+)\/document)?$/.exec(path);
    if (!route) return refuse(404, 'Not Found');
    if (method !== 'GET') return refuse(405, 'Method Not Allowed');
    if (!presentedKey) return refuse(401, 'API key required');
    if (presentedKey !== apiKey) return refuse(401, 'Invalid API key');

    const [, taskId = '', files, encodedStepId] = route;
    const task = tasks.find((known) => known.taskId === decodeURIComponent(taskId));
    if (encodedStepId !== undefined) return answerDocument(task, decodeURIComponent(encodedStepId));
    if (!task) return refuse(404, 'Task not found');
    return { status: 200, body: files ? listFiles(task) : describeTask(task, listening.url) };
  }

  function answerDocument(task: VendorTask | undefined, stepId: string): Answer {
    const step = task?.steps.find((known) => known.stepId === stepId);
    if (!task || !step) return refuse(404, 'Document not found for step');
    if (!step.document || step.document.content === 'never') return refuse(501, 'Document not available for this step');
    const { url, expiresAt } = storage.sign(storagePath(task.taskId, stepId));
    const body = { download_url: url, file_name: step.document.fileName, expires_at: expiresAt.toISOString() };
    return { status: 200, body };
  }

  return { ...listening, requests };
}
