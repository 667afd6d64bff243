import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { createHttpGet } from '../../lib/http-get.ts';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

export const stage = 'download' as const;
export const { signal } = new AbortController();

/** Servers and clients of one test; `closeAll` ends them. */
export function createHttpRig() {
  const open: { close: () => unknown }[] = [];
  return {
    open,
    listen: async (listener: RequestListener): Promise<Listening> => {
      const server = await listenOnLoopback(createServer(listener));
      open.push(server);
      return server;
    },
    /** A server that answers every connection with these bytes, HTTP or not. */
    listenRaw: async (answer: (socket: Socket) => void): Promise<URL> => {
      const server = createTcpServer((socket) => answer(socket.on('error', () => undefined)));
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      open.push({ close: () => void server.close() });
      return new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    },
    /** A client to which every address is public, unless told otherwise. */
    connect: (options: Parameters<typeof createHttpGet>[0] = {}) => {
      const http = createHttpGet({ isPublic: () => true, ...options });
      open.push(http);
      return http;
    },
    closeAll: async () => {
      for (const part of open.splice(0)) await part.close();
    },
  };
}

export async function read(bytes: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
