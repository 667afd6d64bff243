import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpGet } from '../../lib/http-get.ts';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

const stage = 'download' as const;
const { signal } = new AbortController();
const open: { close: () => unknown }[] = [];

afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});

async function listen(listener: RequestListener): Promise<Listening> {
  const server = await listenOnLoopback(createServer(listener));
  open.push(server);
  return server;
}

function connect(limits: { connectMs?: number; idleMs?: number } = {}) {
  const http = createHttpGet(limits);
  open.push(http);
  return http;
}

async function read(bytes: AsyncIterable<Buffer>) {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an answer', () => {
  it('is handed over as it comes, redirects too', async () => {
    const { url } = await listen((request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end(String(request.headers['accept-encoding']));
    });
    const answer = await connect().get(new URL(url), { stage, signal });

    expect([answer.status, answer.headers.location, answer.isEncoded]).toEqual([302, '/elsewhere', false]);
    expect(await read(answer.bytes)).toBe('identity');
  });

  it('is asked for with the headers that are given, and over one connection', async () => {
    const sockets = new Set<Socket>();
    const { url } = await listen((request, response) => {
      sockets.add(request.socket);
      response.end(request.headers['x-api-key']);
    });
    const { get } = connect();
    for (const key of ['a', 'b']) {
      const answer = await get(new URL(url), { headers: { 'x-api-key': key }, stage, signal });
      expect(await read(answer.bytes)).toBe(key);
      await new Promise(setImmediate);
    }

    expect(sockets.size).toBe(1);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('encoded as %s is decoded', async (encoding, compress) => {
    const { url } = await listen((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(compress(Buffer.from('a document')));
    });
    const answer = await connect().get(new URL(url), { stage, signal });

    expect(answer.isEncoded).toBe(true);
    expect(await read(answer.bytes)).toBe('a document');
  });

  it.each(['identity', 'Identity', ''])('encoded as "%s" is not encoded', async (encoding) => {
    const { url } = await listen((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end('a'));
    const answer = await connect().get(new URL(url), { stage, signal });

    expect([answer.isEncoded, await read(answer.bytes)]).toEqual([false, 'a']);
  });

  it.each(['odd', 'constructor'])('in the encoding "%s", which nobody knows, fails for now', async (encoding) => {
    const { url } = await listen((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end('a'));
    const answer = await connect().get(new URL(url), { stage, signal });

    await expect(read(answer.bytes)).rejects.toMatchObject({ code: 'encoding_unknown' });
  });

  it('whose encoding breaks off fails for now', async () => {
    const { url } = await listen((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a document').subarray(0, -9));
    });
    const answer = await connect().get(new URL(url), { stage, signal });

    await expect(read(answer.bytes)).rejects.toMatchObject({ code: 'connection_failed' });
  });

  it.each([{}, { 'content-encoding': 'gzip' }])('that is cut off fails for now (%j)', async (headers) => {
    const { url } = await listen((_, response) => {
      response.writeHead(200, { 'content-length': 100, ...headers });
      response.write(gzipSync('a document'), () => response.destroy());
    });
    const answer = await connect().get(new URL(url), { stage, signal });

    await expect(read(answer.bytes)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'connection_failed',
      stage,
    });
  });

  it('with more than 16 KiB of headers fails for good', async () => {
    const { url } = await listen((_, response) => response.writeHead(200, { odd: 'a'.repeat(17_000) }).end());

    await expect(connect().get(new URL(url), { stage, signal })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'headers_too_large',
    });
  });

  it('may be left unread', async () => {
    const { url } = await listen((_, response) => response.end('a'.repeat(100_000)));
    const answer = await connect().get(new URL(url), { stage, signal });

    expect(() => answer.close()).not.toThrow();
  });
});

describe('a source that hangs', () => {
  it('before it answers is given up', async () => {
    const { url } = await listen(() => undefined);

    await expect(connect({ idleMs: 20 }).get(new URL(url), { stage, signal })).rejects.toMatchObject({
      name: 'TransientError',
      code: 'idle_timeout',
    });
  });

  it('in the middle of its answer is given up', async () => {
    const { url } = await listen((_, response) => void response.write('a'));
    const answer = await connect({ idleMs: 20 }).get(new URL(url), { stage, signal });

    await expect(read(answer.bytes)).rejects.toMatchObject({ code: 'idle_timeout' });
  });

  it('before it is connected is given up', async () => {
    // Takes the connection and never says a word of TLS.
    const server = createTcpServer();
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const sockets: Socket[] = [];
    server.on('connection', (socket) => void sockets.push(socket.on('error', () => undefined)));
    open.push({
      close: () => {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    });

    await expect(
      connect({ connectMs: 20 }).get(new URL(`https://127.0.0.1:${port}`), { stage, signal }),
    ).rejects.toMatchObject({ name: 'TransientError', code: 'connect_timeout' });
  });
});

describe('a request', () => {
  it('that nobody takes fails for now, and says nothing of its URL', async () => {
    const failure = await connect()
      .get(new URL('http://127.0.0.1:1/a?X-Amz-Signature=secret'), { stage, signal })
      .catch((error: unknown) => error);

    expect(failure).toMatchObject({ name: 'TransientError', code: 'connection_failed' });
    expect((failure as Error).message).not.toContain('secret');
  });

  it('is ended by the deadline, before its answer and in the middle of it', async () => {
    const { url } = await listen((request, response) => {
      if (request.url === '/begun') response.write('a');
    });
    const deadline = new AbortController();
    const { get } = connect();
    const answer = await get(new URL('/begun', url), { stage, signal: deadline.signal });
    const silent = get(new URL('/silent', url), { stage, signal: deadline.signal });
    const reading = read(answer.bytes);
    deadline.abort();

    await expect(silent).rejects.toMatchObject({ code: 'deadline', stage });
    await expect(reading).rejects.toMatchObject({ code: 'deadline', stage });
  });
});

it('keeps no idle connection after it is closed, and goes on all the same', async () => {
  const sockets = new Set<Socket>();
  const { url } = await listen((request, response) => {
    sockets.add(request.socket);
    response.end('a');
  });
  const http = connect();
  for (const _ of [1, 2]) {
    await read((await http.get(new URL(url), { stage, signal })).bytes);
    await new Promise(setImmediate);
    http.close();
  }

  expect(sockets.size).toBe(2);
});
