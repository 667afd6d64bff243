import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Script } from './scripted-server.ts';

type RawAnswer = {
  /** Status line and headers, a line each. */
  head: readonly string[];
  body?: string | Buffer;
  /** Goes on the wire at once, or so many bytes every millisecond. */
  bytesPerMs?: number;
  /** Hangs up, breaks the connection off, or does nothing more. */
  then?: 'end' | 'reset' | 'hang';
  /** Without the end of the headers. */
  isHeadOpen?: boolean;
};

/** What no decent server sends, byte for byte. */
export const sendRaw =
  ({ head, body = '', bytesPerMs, then = 'end', isHeadOpen = false }: RawAnswer): Script =>
  ({ request: { socket } }) => {
    socket.on('error', () => undefined);
    socket.write(`${head.join('\r\n')}${isHeadOpen ? '' : '\r\n\r\n'}`);
    const finish = () => {
      if (then === 'end') socket.end();
      if (then === 'reset') socket.resetAndDestroy();
    };
    if (bytesPerMs === undefined) socket.write(body, finish);
    else void drip(socket, Buffer.from(body), bytesPerMs).then(finish);
    return 'silence';
  };

async function drip(socket: Socket, bytes: Buffer, bytesPerMs: number): Promise<void> {
  for (let sent = 0; sent < bytes.length && !socket.destroyed; sent += bytesPerMs) {
    socket.write(bytes.subarray(sent, sent + bytesPerMs));
    await wait(1);
  }
}

/** A document from a server that knows no ranges and no conditions. */
export const serveWhole =
  (content: Buffer, { etag, dropAfter }: { etag?: string; dropAfter?: number } = {}): Script =>
  () => ({
    headers: { 'content-length': content.length, ...(etag === undefined ? {} : { etag }) },
    body: content,
    ...(dropAfter === undefined ? {} : { dropAfter }),
  });

/** A rest of a document, under headers of one's choice. */
export const serveRest =
  (content: Buffer, headers: Record<string, string | number>): Script =>
  ({ request }) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    return { status: 206, headers, body: content.subarray(start) };
  };
