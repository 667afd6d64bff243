import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpRig, read, signal, stage } from '../support/http-rig.ts';

const { listen, connect, closeAll } = createHttpRig();
afterEach(closeAll);

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

  it('fails for now when it broke off before anybody read it', async () => {
    const { url } = await listen((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('a', () => response.destroy());
    });
    const answer = await connect().get(new URL(url), { stage, signal });
    await new Promise((resolve) => void setTimeout(resolve, 20));

    await expect(read(answer.bytes)).rejects.toMatchObject({ code: 'connection_failed' });
  });

  it('may be left unread', async () => {
    const { url } = await listen((_, response) => response.end('a'.repeat(100_000)));
    const answer = await connect().get(new URL(url), { stage, signal });

    expect(() => answer.close()).not.toThrow();
  });
});
