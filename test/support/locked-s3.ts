import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { listenOnLoopback } from '../../local/listen-on-loopback.ts';

export type LockedS3 = Awaited<ReturnType<typeof startLockedS3>>;

const xml = (body: string) => `<?xml version="1.0" encoding="UTF-8"?>${body}`;
const refusal = (code: string) => xml(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);

/** What S3 answers about locks, by the end of a key. */
export type Locks = {
  /** Undefined: the bucket has no Object Lock. */
  retention?: Record<string, string>;
  holds?: readonly string[];
};

/** Puts before an S3 what ours does not have: Object Lock, and a request that is not answered. */
export async function startLockedS3(url: string) {
  const state: { locks: Locks; failing: ((name: string) => boolean) | undefined } = { locks: {}, failing: undefined };

  function answerLock({ pathname, searchParams }: URL): { status: number; body: string } | undefined {
    const { retention, holds = [] } = state.locks;
    const key = decodeURIComponent(pathname);
    if (searchParams.has('object-lock')) {
      if (!retention) return { status: 404, body: refusal('ObjectLockConfigurationNotFoundError') };
      const enabled = '<ObjectLockEnabled>Enabled</ObjectLockEnabled>';
      return { status: 200, body: xml(`<ObjectLockConfiguration>${enabled}</ObjectLockConfiguration>`) };
    }
    if (searchParams.has('legal-hold')) {
      if (!holds.some((end) => key.endsWith(end)))
        return { status: 404, body: refusal('NoSuchObjectLockConfiguration') };
      return { status: 200, body: xml('<LegalHold><Status>ON</Status></LegalHold>') };
    }
    if (!searchParams.has('retention')) return undefined;
    const [, until] = Object.entries(retention ?? {}).find(([end]) => key.endsWith(end)) ?? [];
    if (until === undefined) return { status: 404, body: refusal('NoSuchObjectLockConfiguration') };
    const kept = `<Mode>COMPLIANCE</Mode><RetainUntilDate>${until}</RetainUntilDate>`;
    return { status: 200, body: xml(`<Retention>${kept}</Retention>`) };
  }

  async function relay(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '/', method = 'GET', headers } = incoming;
    const lock = answerLock(new URL(path, url));
    if (lock) return void response.writeHead(lock.status, { 'content-type': 'application/xml' }).end(lock.body);
    if (state.failing?.(`${method} ${path}`)) {
      incoming.resume();
      return void response.writeHead(403, { 'content-type': 'application/xml' }).end(refusal('AccessDenied'));
    }
    const outgoing = sendRequest(`${url}${path}`, { method, headers });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve).once('error', reject);
    });
    await pipeline(incoming, outgoing);
    const answer = await answered;
    response.writeHead(answer.statusCode as number, answer.rawHeaders);
    await pipeline(answer, response);
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    relay(incoming, response).catch(() => response.destroy());
  });
  return {
    ...(await listenOnLoopback(server)),
    lock: (locks: Locks) => void (state.locks = locks),
    /** Refuses what is named so, such as `DELETE /archive/tasks/1/…`. */
    failWhere: (failing: ((name: string) => boolean) | undefined) => void (state.failing = failing),
  };
}
