import { createServer, type IncomingMessage } from 'node:http';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

export type DiscardingS3 = Listening & {
  /** Every version that was stored. */
  versions: readonly { path: string; sizeBytes: number }[];
};

type Answer = { status?: number; headers?: Record<string, string>; body?: string };

/** S3 for documents that need not be kept: counts what comes, holds it against what was announced, and drops it. */
export async function startDiscardingS3(): Promise<DiscardingS3> {
  const versions: { path: string; sizeBytes: number }[] = [];
  const uploads = new Map<string, Map<number, number>>();
  let count = 0;

  async function answer(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '', 'http://s3');
    const uploadId = url.searchParams.get('uploadId');
    const receivedBytes = await countBytes(request);
    const etag = `"${++count}"`;
    if (request.method === 'HEAD') return { status: 404 };
    if (request.method === 'DELETE') return { status: 204 };
    if (url.searchParams.has('uploads')) {
      uploads.set(String(count), new Map());
      const body = `<InitiateMultipartUploadResult><UploadId>${count}</UploadId></InitiateMultipartUploadResult>`;
      return { body };
    }
    if (request.method === 'PUT' && receivedBytes !== Number(request.headers['content-length'])) return { status: 400 };
    if (request.method === 'PUT' && uploadId) {
      uploads.get(uploadId)?.set(Number(url.searchParams.get('partNumber')), receivedBytes);
      return { headers: { etag } };
    }
    if (!uploadId) {
      versions.push({ path: url.pathname, sizeBytes: receivedBytes });
      return { headers: { etag } };
    }
    const sizeBytes = [...(uploads.get(uploadId)?.values() ?? [])].reduce((sum, bytes) => sum + bytes, 0);
    if (sizeBytes !== Number(request.headers['x-amz-mp-object-size'])) return { status: 400 };
    versions.push({ path: url.pathname, sizeBytes });
    return { body: `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>` };
  }

  const server = createServer((request, response) => {
    answer(request)
      .then(({ status = 200, headers = {}, body = '' }) => response.writeHead(status, headers).end(body))
      .catch(() => response.destroy());
  });
  return { ...(await listenOnLoopback(server)), versions };
}

async function countBytes(request: IncomingMessage): Promise<number> {
  let bytes = 0;
  for await (const chunk of request) bytes += (chunk as Buffer).length;
  return bytes;
}
