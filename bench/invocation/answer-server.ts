import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';
import type { Call, ServiceName } from './call.ts';

export type Answer = { status?: number; headers?: Record<string, string | number>; body?: string | Buffer };

type Options = {
  nameService: (path: string) => ServiceName;
  answer: (call: Call, sizeBytes: number) => Answer;
  /** Told of every request, before it is answered. */
  onCall: (call: Call) => void;
  latencyMs: (service: ServiceName) => number;
};

const TEXT_BYTES = 64 * 1024;

/** A server that answers from memory, as fast as it can and then as slow as it is told to be. */
export function startAnswerServer({ nameService, answer, onCall, latencyMs }: Options): Promise<Listening> {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes <= TEXT_BYTES) chunks.push(chunk);
    }
    const body = sizeBytes <= TEXT_BYTES ? Buffer.concat(chunks).toString() : '';
    const service = nameService(path);
    const call = { service, method, path, headers: headers as Record<string, string>, body };
    onCall(call);
    const { status = 200, headers: answered, body: content = '' } = answer(call, sizeBytes);
    if (latencyMs(service) > 0) await setTimeout(latencyMs(service));
    response.writeHead(status, { 'content-length': Buffer.byteLength(content), ...answered }).end(content);
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  return listenOnLoopback(server);
}
