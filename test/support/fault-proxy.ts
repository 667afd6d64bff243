import { createServer, type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { nameRequest, type Service } from './name-request.ts';

export type ProxiedRequest = { service: Service; operation: string };
export type ProxiedAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

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
    const body = await buffer(request);
    const operation = nameRequest(service, request, body);
    const forwarded = amend ? Buffer.from(amend(body.toString())) : body;
    return intercept({ service, operation }, () => forward(request, forwarded, upstreamUrl));
  }

  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    answer(request)
      .then((answered) => {
        if (!answered) return response.destroy();
        const { status, headers, body } = answered;
        response.writeHead(status, { ...dropHopByHop(headers), date: new Date(now()).toUTCString() });
        return response.end(body);
      })
      // Whoever asked is gone, or the service is: either way nobody gets an answer.
      .catch(() => response.destroy());
  });
  return listenOnLoopback(server);
}

/** On a connection of its own, so that no idle one can break at the wrong moment. */
async function forward(request: IncomingMessage, body: Buffer, upstreamUrl: string): Promise<ProxiedAnswer> {
  const { method, url = '/', headers } = request;
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    const target = new URL(upstreamUrl);
    const length = body.length > 0 ? { 'content-length': body.length } : {};
    send({
      host: target.hostname,
      port: target.port,
      path: url,
      method,
      headers: { ...dropHopByHop(headers), ...length },
      agent: false,
    })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
  return { status: answered.statusCode as number, headers: answered.headers, body: await buffer(answered) };
}

function dropHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection, 'keep-alive': keepAlive, 'transfer-encoding': transfer, expect, ...kept } = headers;
  return kept;
}
