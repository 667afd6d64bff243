import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { isPublicAddress } from '../../lib/public-address.ts';
import { createPublicAgents, type Judge } from '../../lib/public-agents.ts';
import { createHttpRig, read, signal, stage } from '../support/http-rig.ts';

const { open, listen, listenRaw, connect, closeAll } = createHttpRig();
afterEach(closeAll);

const PUBLIC = '93.184.215.14';

/** A resolver that gives these answers, one after the other, and then the last one for ever. */
function answerWith(...answers: string[][]) {
  const asked: string[] = [];
  const resolve: Judge['resolve'] = (host, _, callback) => {
    asked.push(host);
    const addresses = answers[Math.min(asked.length, answers.length) - 1] as string[];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { asked, resolve };
}

const isHere = (address: string) => address === '127.0.0.1';

/** Asks a host that has to be public. */
function askPublic(url: URL | string, judge: Judge = {}) {
  const { get, close } = connect({ isPublic: isPublicAddress, ...judge });
  return { get: () => get(new URL(url), { stage, signal }), close };
}

function rename(url: URL | string, hostname: string): URL {
  const renamed = new URL(url);
  renamed.hostname = hostname;
  return renamed;
}

/** A server that counts what it hears before the connection ends. */
async function listenForBytes() {
  const ended = Promise.withResolvers<number>();
  const url = await listenRaw((socket) => {
    socket.resume().on('close', () => ended.resolve(socket.bytesRead));
  });
  return { url, countBytes: () => ended.promise };
}

const forbidden = { name: 'PermanentError', stage: 'download', code: 'url_forbidden' };

describe('a literal address', () => {
  it.each([
    '127.0.0.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.1',
    '127.1',
    '127.0.0.1.',
    '１２７。０。０。１',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '0',
  ])('that is not public is refused before it is connected to: %s', async (host) => {
    const resolve = () => {
      throw new Error('Nobody looks up a literal address.');
    };
    const { get } = askPublic(`http://${host}/`, { resolve });

    await expect(get()).rejects.toMatchObject(forbidden);
  });

  it('that is public is connected to', async () => {
    const { url } = await listen((_, response) => response.end('a'));

    expect(await read((await askPublic(url, { isPublic: isHere }).get()).bytes)).toBe('a');
  });

  it('that is not public is never connected to', async () => {
    let count = 0;
    const url = await listenRaw((socket) => {
      count += 1;
      socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    });
    await askPublic(url)
      .get()
      .catch(() => undefined);
    await connect().get(url, { stage, signal });

    // The other one, which came later.
    expect(count).toBe(1);
  });
});

describe('a name', () => {
  it.each([
    ['a private address', ['10.0.0.5']],
    ['an address of metadata', ['169.254.169.254']],
    ['a mapped address', ['::ffff:7f00:1']],
    ['a public address and a private one', [PUBLIC, '10.0.0.5']],
    ['a private address and a public one', ['10.0.0.5', PUBLIC]],
    ['a public address and a local one of IPv6', [PUBLIC, 'fe80::1%eth0']],
  ])('with %s is refused', async (_, addresses) => {
    const { get } = askPublic('https://files.example/', answerWith(addresses));

    await expect(get()).rejects.toMatchObject(forbidden);
  });

  it('of this machine is refused, whoever resolves it', async () => {
    const { get } = askPublic('http://localhost/');

    await expect(get()).rejects.toMatchObject(forbidden);
  });

  it('is connected to at the address that was judged, whatever a second look would give', async () => {
    const { url } = await listen((request, response) => response.end(request.headers.host));
    const { asked, resolve } = answerWith(['127.0.0.1'], ['10.0.0.5']);
    const { get } = askPublic(rename(url, 'rebinding.example'), { resolve, isPublic: isHere });

    expect(await read((await get()).bytes)).toMatch(/^rebinding\.example:/);
    expect(asked).toEqual(['rebinding.example']);
  });

  it('is judged anew for the next connection', async () => {
    const { url } = await listen((_, response) => response.end('a'));
    const { resolve } = answerWith(['127.0.0.1'], ['10.0.0.5']);
    const { get, close } = askPublic(rename(url, 'rebinding.example'), { resolve, isPublic: isHere });
    await read((await get()).bytes);
    await new Promise(setImmediate);
    close();

    await expect(get()).rejects.toMatchObject(forbidden);
  });

  it('that nobody knows fails for now', async () => {
    const resolve: Judge['resolve'] = (_, __, callback) =>
      callback(Object.assign(new Error('No such host.'), { code: 'ENOTFOUND' }), undefined as never);

    await expect(askPublic('https://files.example/', { resolve }).get()).rejects.toMatchObject({
      name: 'TransientError',
      code: 'connection_failed',
    });
  });

  it('is all that the refusal repeats of a URL', async () => {
    const { get } = askPublic('https://files.example/path?X-Amz-Signature=secret', answerWith(['10.0.0.5']));

    await expect(get()).rejects.toThrow(
      /^Downloads from files\.example are not allowed: not all of its addresses are public, and DOWNLOAD_ALLOWED_HOSTS does not list its origin\.$/,
    );
  });
});

describe('a connection', () => {
  // Whoever connects to 0.0.0.0 ends up at 127.0.0.1.
  it.each(['http:', 'https:'])('that leads elsewhere than was judged carries not a byte (%s)', async (protocol) => {
    const { url, countBytes } = await listenForBytes();
    const target = rename(`${protocol}//${url.host}`, 'files.example');
    const { get } = askPublic(target, { ...answerWith(['0.0.0.0']), isPublic: (address) => address === '0.0.0.0' });

    await expect(get()).rejects.toMatchObject(forbidden);
    expect(await countBytes()).toBe(0);
  });

  it('that has no address carries nothing, and is tried again later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'socket-'));
    const heard: unknown[] = [];
    const server = http.createServer((request) => void heard.push(request.url));
    const socketPath = join(folder, 'socket');
    await new Promise<void>((resolve) => void server.listen(socketPath, resolve));
    open.push(server, { close: () => rm(folder, { recursive: true }) });
    const agent = createPublicAgents({})['http:'];
    const failure = await new Promise((resolve) => void http.get({ agent, socketPath }).on('error', resolve));

    expect(failure).toMatchObject({ name: 'TransientError', stage: 'download', code: 'connection_failed' });
    expect(heard).toEqual([]);
  });

  it('is judged once, however often it is used', async () => {
    const sockets = new Set<Socket>();
    const { url } = await listen((request, response) => {
      sockets.add(request.socket);
      response.end('a');
    });
    const judged: string[] = [];
    const isPublic = (address: string) => judged.push(address) > 0;
    const { get } = askPublic(rename(url, 'files.example'), { ...answerWith(['127.0.0.1']), isPublic });
    for (const _ of [1, 2, 3]) {
      await read((await get()).bytes);
      await new Promise(setImmediate);
    }

    // The answer of the resolver, and where the connection leads.
    expect([judged, sockets.size]).toEqual([['127.0.0.1', '127.0.0.1'], 1]);
  });

  it('of a request that may be private is not lent to one that may not', async () => {
    const { url } = await listen((_, response) => response.end('a'));
    const { get } = connect({ isPublic: isPublicAddress });
    await read((await get(new URL(url), { stage, signal, mayBePrivate: true })).bytes);
    await new Promise(setImmediate);

    await expect(get(new URL(url), { stage, signal })).rejects.toMatchObject(forbidden);
  });
});
