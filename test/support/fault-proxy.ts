import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { nameRequest, type Service } from './name-request.ts';

export type ProxiedRequest = { service: Service; operation: string; body: readonly Buffer[] };
/** Bodies stay in the chunks they came in: copies of large ones would cost more than all the rest. */
export type ProxiedAnswer = { status: number; headers: IncomingHttpHeaders; body: readonly Buffer[] };

/**
 * Stands between a request and its service: `forward` lets it take effect, what is returned is delivered, and
 * `undefined` hangs up instead.
 */
export type Intercept = (
  request: ProxiedRequest,
  forward: () => Promise<ProxiedAnswer>,
) => Promise<ProxiedAnswer | undefined>;

type Options = {
  service: Service;
  upstreamUrl: string;
  intercept: Intercept;
  /** The time that answers carry: an SDK whose clock differs from its service's corrects it, and asks once more. */
  now: () => number;
  /** What the service is asked instead. */
  amend?: (body: string) => string;
};

/** A reverse proxy in front of one service, through which a test sees every request and decides what becomes of it. */
export async function startFaultProxy(options: Options): Promise<Listening> {
  const { service, upstreamUrl, intercept, now, amend } = options;

  async function answer(request: IncomingMessage): Promise<ProxiedAnswer | undefined> {
    const body = await readChunks(request);
    const operation = nameRequest(service, request, body);
    const forwarded = amend ? [Buffer.from(amend(Buffer.concat(body).toString()))] : body;
    return intercept({ service, operation, body }, () => forward(request, forwarded, upstreamUrl));
  }

  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    answer(request)
      .then((answered) => {
        if (!answered) return response.destroy();
        const { status, headers, body } = answered;
        response.writeHead(status, { ...dropHopByHop(headers), date: new Date(now()).toUTCString() });
        for (const chunk of body) response.write(chunk);
        return response.end();
      })
      // Whoever asked is gone, or the service is: either way nobody gets an answer.
      .catch(() => response.destroy());
  });
  return listenOnLoopback(server);
}

const readChunks = (stream: IncomingMessage): Promise<Buffer[]> => stream.toArray();

/** On a connection of its own, so that no idle one can break at the wrong moment. */
async function forward(
  { method, url, headers }: IncomingMessage,
  body: readonly Buffer[],
  upstreamUrl: string,
): Promise<ProxiedAnswer> {
  const length = body.reduce((sum, chunk) => sum + chunk.length, 0);
  const outgoing = send(new URL(upstreamUrl), {
    path: url,
    method,
    headers: { ...dropHopByHop(headers), ...(length > 0 ? { 'content-length': length } : {}) },
    agent: false,
  });
  const answering = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  // Whoever has answered may hang up before it has read everything.
  outgoing.on('error', () => undefined);
  for (const chunk of body) outgoing.write(chunk);
  outgoing.end();
  const [answered] = await answering;
  return { status: answered.statusCode as number, headers: answered.headers, body: await readChunks(answered) };
}

const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'expect'];

const dropHopByHop = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
