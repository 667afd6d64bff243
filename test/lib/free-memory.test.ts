import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpRig, read, signal, stage } from '../support/http-rig.ts';

const { listen, connect, closeAll } = createHttpRig();
const text = 'a document '.repeat(100_000);
const zipped = gzipSync(text);

/** What came over the connections of this process. */
const received: Buffer[] = [];
const watch = (message: unknown) => {
  const { socket } = message as { socket: Socket };
  socket.on('data', (chunk) => received.push(chunk));
};

beforeEach(() => {
  received.length = 0;
  subscribe('net.client.socket', watch);
});
afterEach(() => {
  unsubscribe('net.client.socket', watch);
  return closeAll();
});

/** Reads an answer whose body comes once somebody reads it. */
async function readAnswer(headers: IncomingHttpHeaders, body: Buffer): Promise<string> {
  const isRead = Promise.withResolvers<void>();
  const { url } = await listen(async (_, response) => {
    response.writeHead(200, headers).flushHeaders();
    await isRead.promise;
    response.end(body);
  });
  const { bytes } = await connect().get(new URL(url), { stage, signal });
  const reading = read(bytes);
  isRead.resolve();
  return reading;
}

describe('what came for an answer', () => {
  it('is freed, its body is not', async () => {
    const body = Buffer.from(text);

    expect(await readAnswer({ 'content-length': `${body.length}` }, body)).toBe(text);
    const [, ...chunks] = received;
    expect(new Set(chunks.map(({ length }) => length))).toEqual(new Set([0]));
  });

  it.each<[string, IncomingHttpHeaders, Buffer]>([
    ['its length was not announced', {}, Buffer.from(text)],
    ['it is encoded', { 'content-encoding': 'gzip', 'content-length': `${zipped.length}` }, zipped],
  ])('stays where nobody would see that the body is short: %s', async (_, headers, body) => {
    expect(await readAnswer(headers, body)).toBe(text);
    expect(received.map(({ length }) => length)).not.toContain(0);
  });

  it('stays for the next answer over the same connection', async () => {
    const { url } = await listen((_, response) => response.end('a'));
    const { get } = connect();
    const bodies: string[] = [];
    for (const _ of [1, 2]) {
      bodies.push(await read((await get(new URL(url), { stage, signal })).bytes));
      await new Promise(setImmediate);
    }

    expect(bodies).toEqual(['a', 'a']);
  });
});
