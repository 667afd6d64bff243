import { createServer, type RequestListener } from 'node:http';
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
    connect: (limits: { connectMs?: number; idleMs?: number } = {}) => {
      const http = createHttpGet(limits);
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
