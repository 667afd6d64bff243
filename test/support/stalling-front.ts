import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

export type Seen = { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer };

/** Stands before a server and lets everything through but what is to be stalled: that gets no answer. */
export function startStallingFront(targetUrl: string, isStalled: (seen: Seen) => boolean): Promise<Listening> {
  const server = createServer((incoming, response) => {
    async function pass(): Promise<void> {
      const { method = '', url = '', headers } = incoming;
      const body = await buffer(incoming);
      if (isStalled({ method, url, headers, body })) return;
      const answer = await forward(targetUrl + url, { method, url, headers, body });
      response.writeHead(answer.statusCode as number, answer.headers);
      answer.pipe(response);
    }
    pass().catch(() => response.destroy());
  });
  return listenOnLoopback(server);
}

const forward = (url: string, { method, headers, body }: Seen): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    send(url, { method, headers }, resolve).on('error', reject).end(body);
  });
