import { createServer, type IncomingMessage } from 'node:http';
import { type Listening, listenOnLoopback } from '../local/listen-on-loopback.ts';

/** What was stored since it was last asked. */
export type Stored = { objects: number; bytes: number };

type Answer = { status?: number; headers?: Record<string, string | number>; body?: string };

/** S3 as far as a copy needs it, with room for nothing: it counts what comes and drops it. */
export async function startTarget(): Promise<Listening & { takeStored: () => Stored }> {
  let objects = 0;
  let count = 0;
  const bytesByPath = new Map<string, number>();

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://s3');
    // rclone asks for what it has written, and compares the size.
    if (request.method === 'HEAD') {
      const headers = { 'content-length': bytesByPath.get(pathname) ?? 0, 'last-modified': new Date().toUTCString() };
      return { status: bytesByPath.has(pathname) ? 200 : 404, headers };
    }
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    const etag = `"${++count}"`;
    if (searchParams.has('uploads')) {
      return { body: `<InitiateMultipartUploadResult><UploadId>${count}</UploadId></InitiateMultipartUploadResult>` };
    }
    if (request.method === 'PUT') bytesByPath.set(pathname, (bytesByPath.get(pathname) ?? 0) + bytes);
    if (request.method === 'PUT' && searchParams.has('uploadId')) return { headers: { etag } };
    objects += 1;
    if (request.method === 'PUT') return { headers: { etag } };
    return { body: `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>` };
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    answer(request)
      .then(({ status = 200, headers = {}, body = '' }) => response.writeHead(status, headers).end(body))
      .catch(() => response.destroy());
  });
  const takeStored = () => {
    const taken = { objects, bytes: [...bytesByPath.values()].reduce((sum, bytes) => sum + bytes, 0) };
    objects = 0;
    bytesByPath.clear();
    return taken;
  };
  return { ...(await listenOnLoopback(server)), takeStored };
}
