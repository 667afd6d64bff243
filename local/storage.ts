import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerConditions } from './answer-conditions.ts';
import { type Listening, listenOnLoopback } from './listen-on-loopback.ts';
import { type SignatureVerdict, signUrl, verifySignedUrl } from './signed-url.ts';

export type StoredFile = { content: Buffer; contentType: string };

export type Storage = Listening & {
  put: (path: string, file: StoredFile) => void;
  /** A URL that gives `path` to whoever has it, until `expiresAt`. */
  sign: (path: string) => { url: string; expiresAt: Date };
  readonly requests: readonly StorageRequest[];
};

type StorageRequest = { path: string; headers: IncomingHttpHeaders; status: number };
type Options = { port?: number; urlLifetimeSeconds?: number; now?: () => number };

const refusals: Record<Exclude<SignatureVerdict, 'valid'>, [code: string, message: string]> = {
  missing: ['AccessDenied', 'Access Denied'],
  wrong: ['SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.'],
  expired: ['AccessDenied', 'Request has expired'],
};

/** Stands in for the host behind the vendor's download URLs: S3, seen by somebody who only has a presigned URL. */
export async function startStorage(options: Options = {}): Promise<Storage> {
  const { port = 0, urlLifetimeSeconds = 300, now = Date.now } = options;
  const secret = randomBytes(32).toString('hex');
  const files = new Map<string, StoredFile & { etag: string }>();
  const requests: StorageRequest[] = [];

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', listening.url);
    response.on('close', () => {
      requests.push({ path: url.pathname, headers: request.headers, status: response.statusCode });
    });
    answer(request, response, url);
  });
  const listening = await listenOnLoopback(server, port);

  function answer(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const verdict = request.method === 'GET' ? verifySignedUrl(url, { secret, now: now() }) : 'wrong';
    if (verdict !== 'valid') return sendError(response, 403, refusals[verdict]);
    const file = files.get(url.pathname);
    if (!file) return sendError(response, 404, ['NoSuchKey', 'The specified key does not exist.']);

    const outcome = answerConditions(request.headers, { etag: file.etag, sizeBytes: file.content.length });
    if (outcome.status === 412) return sendError(response, 412, ['PreconditionFailed', 'A precondition did not hold.']);
    if (outcome.status === 416) return sendError(response, 416, ['InvalidRange', 'The range is not satisfiable']);
    const headers = { etag: file.etag, 'accept-ranges': 'bytes', ...outcome.headers };
    if (outcome.status === 304) return void response.writeHead(304, headers).end();
    response.writeHead(outcome.status, { 'content-type': file.contentType, ...headers });
    response.end(file.content.subarray(outcome.start, outcome.end + 1));
  }

  return {
    ...listening,
    requests,
    put: (path, file) => {
      const etag = `"${createHash('md5').update(file.content).digest('hex')}"`;
      files.set(new URL(path, listening.url).pathname, { ...file, etag });
    },
    sign: (path) => {
      const signedAt = now();
      const terms = { secret, now: signedAt, expiresInSeconds: urlLifetimeSeconds };
      const url = signUrl(new URL(path, listening.url), terms);
      return { url: url.href, expiresAt: new Date(signedAt + urlLifetimeSeconds * 1000) };
    },
  };
}

function sendError(response: ServerResponse, status: number, [code, message]: [string, string]): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
}
