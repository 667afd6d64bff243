import { createServer, type IncomingMessage, request as send } from 'node:http';
import { buffer, json } from 'node:stream/consumers';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

type Body = Record<string, unknown>;

type Options = {
  upstream: string;
  /** What a call is changed into. */
  change?: (action: string, body: Body) => Body;
  /** Told when a call has come, and again when it has been carried out and not answered yet. */
  onCall?: (action: string, moment: 'come' | 'carried out') => void;
};

/** Stands between somebody and SQS. */
export function startQueueRelay({ upstream, change = (_, body) => body, onCall }: Options): Promise<Listening> {
  const server = createServer((incoming, response) => {
    const action = String(incoming.headers['x-amz-target']).replace('AmazonSQS.', '');
    const pass = async () => {
      const body = change(action, (await json(incoming)) as Body);
      onCall?.(action, 'come');
      const answer = await forward(incoming, JSON.stringify(body), upstream);
      const content = await buffer(answer);
      onCall?.(action, 'carried out');
      response.writeHead(answer.statusCode as number, answer.headers).end(content);
    };
    pass().catch((error: unknown) => response.destroy(error as Error));
  });
  return listenOnLoopback(server);
}

const forward = (incoming: IncomingMessage, body: string, upstream: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = { ...incoming.headers, 'content-length': Buffer.byteLength(body) };
    send(upstream + incoming.url, { method: incoming.method, headers }, resolve)
      .on('error', reject)
      .end(body);
  });
