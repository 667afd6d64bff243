import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { answerConditions } from '../../local/answer-conditions.ts';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

const BLOCK = randomFillSync(Buffer.alloc(1024 * 1024));
BLOCK.write('%PDF-1.7\n');
const ETAG = '"made-up"';

/**
 * The vendor and its storage for documents of any size, as fast as they are read: made up while they are sent, so that
 * nothing holds them. The step id `size_1048576` asks for as many bytes.
 */
export function startByteSource(): Promise<Listening> {
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    const sizeBytes = Number(/size_(\d+)/.exec(url)?.[1]);
    if (url.startsWith('/tasks/')) {
      const link = `http://${headers.host}/size_${sizeBytes}`;
      const body = JSON.stringify({ download_url: link, file_name: 'Contract.pdf' });
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      return;
    }
    const outcome = answerConditions(headers, { etag: ETAG, sizeBytes });
    if (!('start' in outcome)) return void response.writeHead(outcome.status, outcome.headers).end();
    const length = outcome.end + 1 - outcome.start;
    response.writeHead(outcome.status, { ...outcome.headers, etag: ETAG, 'content-length': length });
    sendBytes(response, outcome.start, length).catch(() => response.destroy());
  });
  return listenOnLoopback(server);
}

async function sendBytes(response: ServerResponse, start: number, length: number): Promise<void> {
  for (let sent = 0; sent < length; ) {
    const from = (start + sent) % BLOCK.length;
    const bytes = BLOCK.subarray(from, Math.min(BLOCK.length, from + length - sent));
    sent += bytes.length;
    if (!response.write(bytes)) await once(response, 'drain');
  }
  response.end();
}
