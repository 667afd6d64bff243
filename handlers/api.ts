import middy from '@middy/core';
import type { ApiRequest } from '../lib/api-request.ts';
import { describeRequest } from '../lib/describe-request.ts';
import { fitsAnswer } from '../lib/fits-answer.ts';
import { linkDocument } from '../lib/link-document.ts';
import { type DocumentList, listDocuments } from '../lib/list-documents.ts';
import { logLine } from '../lib/middleware/log-line.ts';
import { answerJson, mapHttpErrors } from '../lib/middleware/map-http-errors.ts';
import { type ValidatedRequest, validateRequest } from '../lib/middleware/validate-request.ts';
import type { Log, SignLink, Table, TaskQueries } from '../lib/ports.ts';
import { writeRequest } from '../lib/queue-message.ts';
import { connectApi } from '../lib/runtime.ts';

/** Not what asking again would change. */
const describeTooMuch = ({ total }: DocumentList) =>
  `The ${total} documents of this task make more than the 6 MB that an answer can have: ask for them one by one.`;

export type ApiDependencies = {
  log: Log;
  now: () => number;
  table: Pick<Table, 'read'> & TaskQueries;
  signLink: SignLink;
  send: (body: string) => Promise<void>;
};

/**
 * The HTTP API: asks for archive runs, reads records, hands out links. Who may call it is for API Gateway to say.
 * Answers 200, 202, 400, 404, 413, 500, 501 or 503.
 * @see docs/design.md "HTTP"
 */
export function createApiHandler(dependencies: ApiDependencies) {
  const { log, now, table, send } = dependencies;

  async function requestRun({ taskId, stepId, force }: Extract<ApiRequest, { kind: 'archive' }>) {
    await send(writeRequest({ taskId, stepId, force, trigger: {} }));
    return answerJson(202, { status: 'queued', task_id: taskId, step_id: stepId });
  }

  async function answerDocuments({ taskId }: Extract<ApiRequest, { kind: 'documents' }>) {
    const documents = await listDocuments(taskId, table);
    if (!documents) return answerJson(404, { detail: 'Task not found' });
    const answer = answerJson(200, documents);
    return fitsAnswer(answer) ? answer : answerJson(500, { detail: describeTooMuch(documents) });
  }

  async function answerDocument(request: Extract<ApiRequest, { kind: 'document' }>) {
    const answer = await linkDocument(request, dependencies);
    return 'detail' in answer ? answerJson(answer.statusCode, { detail: answer.detail }) : answerJson(200, answer);
  }

  return middy({ timeoutEarlyInMillis: 0 })
    .use(logLine({ log, now, message: 'api', describe: describeRequest }))
    .use(mapHttpErrors('The archive could not be reached, please ask again.'))
    .use(validateRequest())
    .handler(async ({ apiRequest }: ValidatedRequest) => {
      const request = apiRequest as ApiRequest;
      if (request.kind === 'archive') return requestRun(request);
      return request.kind === 'documents' ? answerDocuments(request) : answerDocument(request);
    });
}

export const handler = createApiHandler(connectApi());
