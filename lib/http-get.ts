import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { createDeadlineError, PermanentError, type Stage, TransientError } from './errors.ts';
import { freeReceived } from './free-memory.ts';
import { createPublicAgents, type Judge } from './public-agents.ts';
import { createChunkReader } from './read-chunks.ts';

export type HttpAnswer = {
  status: number;
  headers: IncomingHttpHeaders;
  /** The bytes, decoded where they came encoded. */
  bytes: AsyncIterable<Buffer>;
  isEncoded: boolean;
  close: () => void;
};

export type HttpGet = (
  url: URL,
  request: {
    headers?: Record<string, string>;
    stage: Stage;
    signal: AbortSignal;
    /** The operator has named this very origin: its address is not judged. */
    mayBePrivate?: boolean;
  },
) => Promise<HttpAnswer>;

type Options = { now?: () => number; connectMs?: number; idleMs?: number } & Judge;

const MAX_HEADER_BYTES = 16 * 1024;
/** After a pause the process may have been frozen: what came meanwhile has not been seen. */
const PAUSE_MS = 1_000;
/** After a longer one a connection can have been forgotten on its way, and then nobody says so. */
const MAX_UNUSED_MS = 60_000;

const DECODERS = new Map<string, () => NodeJS.ReadWriteStream>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);

function describeFailure(error: unknown, stage: Stage, signal: AbortSignal): Error {
  if (error instanceof PermanentError || error instanceof TransientError) return error;
  if (signal.aborted) return createDeadlineError(stage, error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new PermanentError({
      stage,
      code: 'headers_too_large',
      message: 'The answer has more than 16 KiB of headers.',
    });
  }
  return new TransientError({
    stage,
    code: 'connection_failed',
    message: `The connection failed (${code}).`,
    cause: error,
  });
}

type ReadOptions = { stage: Stage; signal: AbortSignal; idleMs: number };

/** Reads a body; a pause of more than `idleMs` between two of its chunks ends it. */
async function* readBody(answer: IncomingMessage, { stage, signal, idleMs }: ReadOptions) {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  const body = encoding === 'identity' || encoding === '' ? answer : decode(answer, encoding, stage);
  freeReceived(answer);
  const readChunk = createChunkReader(body);
  const message = `The source sent nothing for ${idleMs / 1000} s.`;
  // One clock for all chunks, wound up for each: a timer and a promise apiece would be most of what a large body costs.
  let isWaiting = true;
  const clock = setTimeout(() => {
    if (isWaiting) body.destroy(new TransientError({ stage, code: 'idle_timeout', message }));
  }, idleMs);
  try {
    for (let chunk = await readChunk(); chunk; chunk = await readChunk()) {
      isWaiting = false;
      yield chunk;
      isWaiting = true;
      clock.refresh();
    }
    // A body of no announced length simply ends when it is cut off.
    if (signal.aborted) throw createDeadlineError(stage);
  } catch (error) {
    throw describeFailure(error, stage, signal);
  } finally {
    clearTimeout(clock);
    answer.destroy();
  }
}

function decode(answer: IncomingMessage, encoding: string, stage: Stage): Readable {
  const decoder = DECODERS.get(encoding)?.();
  if (!decoder) {
    answer.destroy();
    const message = 'The answer has an encoding that nobody asked for.';
    throw new TransientError({ stage, code: 'encoding_unknown', message });
  }
  answer.on('error', (error) => (decoder as unknown as Readable).destroy(error));
  return answer.pipe(decoder) as unknown as Readable;
}

/**
 * Whether a connection was closed while it was kept: the other end has seen nothing of the request.
 * @see https://nodejs.org/docs/latest/api/http.html#requestreusedsocket
 */
const wasStale = ({ reusedSocket }: ClientRequest, { code }: NodeJS.ErrnoException) =>
  reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');

/**
 * Plain GETs that leave redirects, retries and the reading of answers to the caller. Connections are kept for the next
 * document, and for the next invocation: a process that was frozen meanwhile can find them closed, and then asks over
 * another. Proxies that the environment names are not used: they would look up names in our place.
 *
 * Codes: `connect_timeout` (5 s), `idle_timeout` (30 s), `connection_failed`, `encoding_unknown`, `headers_too_large`,
 * `url_forbidden`.
 */
export function createHttpGet({ now = Date.now, connectMs = 5_000, idleMs = 30_000, ...judge }: Options = {}) {
  // Two pools: what may be private must not lend its connections to what may not.
  const publicAgents = createPublicAgents(judge);
  const anyAgents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) };
  let usedAt = now();
  let caughtUp = Promise.resolve();

  function close() {
    for (const { freeSockets } of [publicAgents, anyAgents].flatMap((agents) => Object.values(agents)))
      for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
  }

  /** Node lets go of a connection that was closed, or on which something came unasked; all that ask at once wait for it. */
  function catchUp(): Promise<void> {
    const pauseMs = now() - usedAt;
    usedAt = now();
    if (pauseMs > MAX_UNUSED_MS) close();
    if (pauseMs > PAUSE_MS) caughtUp = setImmediate().then(() => setImmediate());
    return caughtUp;
  }

  const get: HttpGet = async (url, options) => {
    await catchUp();
    return ask(url, options);
  };

  const ask: HttpGet = (url, options) =>
    new Promise((resolve, reject) => {
      const { headers = {}, stage, signal, mayBePrivate = false } = options;
      const { get: send } = url.protocol === 'https:' ? https : http;
      const request = send(url, {
        agent: (mayBePrivate ? anyAgents : publicAgents)[url.protocol as 'http:' | 'https:'],
        headers: { 'user-agent': 'chamelio-archive', 'accept-encoding': 'identity', ...headers },
        maxHeaderSize: MAX_HEADER_BYTES,
        signal,
      });
      const giveUp = (code: string, message: string) => request.destroy(new TransientError({ stage, code, message }));
      const connecting = setTimeout(
        () => giveUp('connect_timeout', `No connection within ${connectMs / 1000} s.`),
        connectMs,
      );
      let waiting: NodeJS.Timeout | undefined;
      const startWaiting = () => {
        clearTimeout(connecting);
        waiting = setTimeout(() => giveUp('idle_timeout', `No answer within ${idleMs / 1000} s.`), idleMs);
      };
      request.on('socket', (socket) => {
        if (!socket.connecting) startWaiting();
        else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', startWaiting);
      });
      const stopClocks = () => {
        clearTimeout(connecting);
        clearTimeout(waiting);
      };
      let isAnswered = false;
      request.on('error', (error) => {
        if (!isAnswered && wasStale(request, error)) resolve(ask(url, options));
        else reject(describeFailure(error, stage, signal));
      });
      const failClosed = () => {
        stopClocks();
        // A switch of protocols ends without an answer, and without an error.
        reject(describeFailure({ code: 'closed' }, stage, signal));
      };
      request.on('close', failClosed);
      request.on('response', (answer) => {
        isAnswered = true;
        stopClocks();
        request.off('close', failClosed);
        // Until somebody reads it, nobody else would hear of its failure.
        answer.on('error', () => undefined);
        resolve({
          status: answer.statusCode as number,
          headers: answer.headers,
          isEncoded: !/^(identity)?$/i.test(answer.headers['content-encoding']?.trim() ?? ''),
          bytes: readBody(answer, { stage, signal, idleMs }),
          close: () => void answer.destroy(),
        });
      });
    });

  return { get, close };
}
