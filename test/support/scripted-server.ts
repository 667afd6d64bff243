import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerConditions } from '../../local/answer-conditions.ts';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

/** One answer; without a `content-length` its length is not announced. */
export type Answer =
  | {
      status?: number;
      headers?: Record<string, string | number>;
      body?: string | Buffer;
      /** Announces the whole body, sends so many bytes of it and hangs up. */
      dropAfter?: number;
      /** Sends so many bytes and then nothing more. */
      stallAfter?: number;
    }
  | 'silence'
  | 'hang-up';

export type Asked = { request: IncomingMessage; taskId: string; storageUrl: string };
export type Script = Answer | ((asked: Asked) => Answer | Promise<Answer>);

export type ScriptedServer = Listening & {
  /** What is answered for a task, one after the other; the last one for ever. */
  script: (taskId: string, answers: readonly Script[]) => void;
  /** The requests for a task, in order. */
  listRequests: (taskId: string) => { url: string; headers: IncomingHttpHeaders }[];
};

/** A server that answers as it is told, by the task id in the path. `storageUrl` undefined: it is the storage itself. */
export async function startScriptedServer(storageUrl?: string): Promise<ScriptedServer> {
  const scripts = new Map<string, Script[]>();
  const requests: { taskId: string; url: string; headers: IncomingHttpHeaders }[] = [];
  // As long as it lives: on a busy machine the default, 5 s, ends a connection just as the next request takes it.
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const { url = '', headers } = request;
    const taskId = /task_\w+/.exec(url)?.[0] ?? '';
    requests.push({ taskId, url, headers });
    const planned = scripts.get(taskId) ?? [];
    const script = (planned.length > 1 ? planned.shift() : planned[0]) ?? { status: 500, body: 'nothing is planned' };
    const asked = { request, taskId, storageUrl: storageUrl ?? listening.url };
    const answering = Promise.resolve(typeof script === 'function' ? script(asked) : script);
    answering.then((answer) => send(response, answer)).catch(() => response.destroy());
  });
  const listening = await listenOnLoopback(server);
  return {
    ...listening,
    script: (taskId, answers) => void scripts.set(taskId, [...answers]),
    listRequests: (taskId) => requests.filter((request) => request.taskId === taskId),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer === 'silence') return;
  if (answer === 'hang-up') return void response.destroy();
  const { status = 200, headers = {}, body = '', dropAfter, stallAfter } = answer;
  const bytes = Buffer.from(body);
  const cutAfter = dropAfter ?? stallAfter;
  if (cutAfter === undefined) return void response.writeHead(status, headers).end(bytes);
  response.writeHead(status, { 'content-length': bytes.length, ...headers });
  response.write(bytes.subarray(0, cutAfter), () => {
    if (dropAfter !== undefined) response.socket?.end();
  });
}

export const SIGNATURE = 'X-Amz-Signature=0123456789abcdef';

export const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** The vendor's refusals. */
export const refuse = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: '{"detail":"It is so."}',
});

/** The vendor's link to a document of the storage server. */
export const link =
  ({ path = 'stored.pdf', ...body }: { path?: string; file_name?: unknown; download_url?: unknown } = {}) =>
  ({ taskId, storageUrl }: Asked): Answer =>
    json(200, { download_url: `${storageUrl}/${taskId}/${path}?${SIGNATURE}`, file_name: 'Contract.pdf', ...body });

/** A redirect to a place of the storage server. */
export const redirect =
  (path = 'moved.pdf', status = 302) =>
  ({ taskId, storageUrl }: Asked): Answer => ({
    status,
    headers: { location: `${storageUrl}/${taskId}/${path}?${SIGNATURE}` },
  });

type Served = { etag?: string; headers?: Record<string, string>; dropAfter?: number; stallAfter?: number };

/** A document as S3 serves it: conditions and ranges where it has an ETag. */
export const serve =
  (content: Buffer, { etag, headers = {}, ...cut }: Served = {}): Script =>
  ({ request }) => {
    if (etag === undefined) return { headers: { 'content-length': content.length, ...headers }, body: content, ...cut };
    const outcome = answerConditions(request.headers, { etag, sizeBytes: content.length });
    const common = { ...outcome, headers: { etag, ...outcome.headers, ...headers } };
    if (!('start' in outcome)) return common;
    return { ...common, body: content.subarray(outcome.start, outcome.end + 1), ...cut };
  };
