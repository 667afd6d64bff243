import { createServer, type IncomingMessage } from 'node:http';
import { type Listening, listenOnLoopback } from '../local/listen-on-loopback.ts';

/** What was stored since it was last asked. */
export type Stored = { objects: number; bytes: number };

type Answer = { headers?: Record<string, string>; body?: string };

/** S3 as far as a copy needs it, with room for nothing: it counts what comes and drops it. */
export async function startTarget(): Promise<Listening & { takeStored: () => Stored }> {
  let stored: Stored = { objects: 0, bytes: 0 };
  let count = 0;

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { searchParams } = new URL(request.url ?? '', 'http://s3');
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    const etag = `"${++count}"`;
    if (searchParams.has('uploads')) {
      return { body: `<InitiateMultipartUploadResult><UploadId>${count}</UploadId></InitiateMultipartUploadResult>` };
    }
    if (request.method === 'PUT') stored.bytes += bytes;
    if (request.method === 'PUT' && searchParams.has('uploadId')) return { headers: { etag } };
    stored.objects += 1;
    if (request.method === 'PUT') return { headers: { etag } };
    return { body: `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>` };
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    answer(request)
      .then(({ headers = {}, body = '' }) => response.writeHead(200, headers).end(body))
      .catch(() => response.destroy());
  });
  const takeStored = () => {
    const taken = stored;
    stored = { objects: 0, bytes: 0 };
    return taken;
  };
  return { ...(await listenOnLoopback(server)), takeStored };
}
