import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type Listening, listenOnLoopback } from '../local/listen-on-loopback.ts';

const BLOCK = randomFillSync(Buffer.alloc(1024 * 1024));
// Nobody is to take it for an error page.
BLOCK.write('%PDF-1.7\n');

/** The vendor's storage: `/20000000/Contract.pdf` has so many bytes, made up while they are sent. */
export function startSource(): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const sizeBytes = Number(/^\/(\d+)\//.exec(request.url ?? '')?.[1]);
    response.writeHead(200, { 'content-length': sizeBytes, 'content-type': 'application/pdf', etag: '"made-up"' });
    send(response, sizeBytes).catch(() => response.destroy());
  });
  return listenOnLoopback(server);
}

async function send(response: ServerResponse, sizeBytes: number): Promise<void> {
  for (let left = sizeBytes; left > 0; left -= BLOCK.length) {
    const block = left < BLOCK.length ? BLOCK.subarray(0, left) : BLOCK;
    if (!response.write(block)) await once(response, 'drain');
  }
  response.end();
}
