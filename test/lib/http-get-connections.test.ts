import { createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpRig, read, signal, stage } from '../support/http-rig.ts';

const { open, listen, listenRaw, connect, closeAll } = createHttpRig();

afterEach(closeAll);

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

  it('before its name is looked up is given up, and a late answer does no harm', async () => {
    const late: (() => void)[] = [];
    const { get } = connect({ connectMs: 20, resolve: (_, __, callback) => late.push(() => callback(null, [])) });

    await expect(get(new URL('https://files.example'), { stage, signal })).rejects.toMatchObject({
      name: 'TransientError',
      code: 'connect_timeout',
    });
    expect(late.map((answer) => answer())).toEqual([undefined]);
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

describe('a source that is slow', () => {
  it('may take longer to answer than to connect', async () => {
    const { url } = await listen((_, response) => void setTimeout(() => response.end('a'), 40));
    const answer = await connect({ connectMs: 20 }).get(new URL(url), { stage, signal });

    expect(await read(answer.bytes)).toBe('a');
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

  it('is not even begun after the deadline', async () => {
    const asked: unknown[] = [];
    const { url } = await listen((request) => void asked.push(request.url));

    await expect(connect().get(new URL(url), { stage, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'deadline',
    });
    expect(asked).toEqual([]);
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

it('is no whole answer that the deadline has cut off, though nobody announced its length', async () => {
  const url = await listenRaw((socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nhalf of it'));
  const deadline = new AbortController();
  const { bytes } = await connect().get(url, { stage, signal: deadline.signal });
  const reading = read(bytes);
  deadline.abort();

  await expect(reading).rejects.toMatchObject({ code: 'deadline', stage });
});

it('ends a request that is answered with another protocol', async () => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';
  const url = await listenRaw((socket) => void socket.end(head));

  await expect(connect().get(url, { stage, signal })).rejects.toMatchObject({
    code: 'connection_failed',
  });
});

describe('no connection is left behind', () => {
  it.each([
    ['by who stops reading', {}],
    ['by an encoding that nobody knows', { 'content-encoding': 'odd' }],
  ])('%s', async (_, headers) => {
    const closed = Promise.withResolvers<boolean>();
    const { url } = await listen((request, response) => {
      request.socket.on('close', () => closed.resolve(true));
      response.writeHead(200, headers).write('a');
    });
    const { bytes } = await connect().get(new URL(url), { stage, signal });
    const chunks = bytes[Symbol.asyncIterator]();
    await chunks.next().catch(() => undefined);
    await chunks.return?.();

    expect(await closed.promise).toBe(true);
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

/** Answers the first request of a connection, and does this with every other one. */
async function listenOnce(refuse: (socket: Socket) => void) {
  const served = new Set<Socket>();
  let requests = 0;
  const { url } = await listen(({ socket }, response) => {
    requests += 1;
    if (served.has(socket)) refuse(socket);
    else response.end('a');
    served.add(socket);
  });
  return { url: new URL(url), served, countRequests: () => requests };
}

describe('a connection that is kept', () => {
  const ask = async ({ get }: ReturnType<typeof connect>, url: URL) => {
    const text = await read((await get(url, { stage, signal })).bytes);
    await new Promise(setImmediate);
    return text;
  };

  it('and was closed meanwhile costs nobody a failure: another is opened', async () => {
    const { url, served } = await listenOnce((socket) => socket.destroy());
    const http = connect();

    expect([await ask(http, url), await ask(http, url), await ask(http, url)]).toEqual(['a', 'a', 'a']);
    expect(served.size).toBe(3);
  });

  it('and breaks off in the middle of an answer fails for now: that request was seen', async () => {
    const { url, countRequests } = await listenOnce((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\na', () => socket.resetAndDestroy());
    });
    const http = connect();
    await ask(http, url);

    await expect(ask(http, url)).rejects.toMatchObject({ code: 'connection_failed' });
    expect(countRequests()).toBe(2);
  });

  it('and on which something came unasked while the process was frozen is not used, by whoever asks at once', async () => {
    const sockets = new Set<Socket>();
    const { url } = await listen(({ socket }, response) => {
      sockets.add(socket);
      response.end('a');
    });
    let time = 0;
    const http = connect({ now: () => time });
    const askTwice = () => Promise.all([1, 2].map(() => http.get(new URL(url), { stage, signal })));
    for (const { bytes } of await askTwice()) await read(bytes);
    await new Promise(setImmediate);
    time += 2_000;
    // It lies there, and nobody has looked yet.
    for (const socket of sockets)
      socket.write('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    const answers = await askTwice();

    expect([answers.map(({ status }) => status), sockets.size]).toEqual([[200, 200], 4]);
  });

  it('is another one once nobody was asked anything for a minute', async () => {
    const sockets = new Set<Socket>();
    const { url } = await listen(({ socket }, response) => {
      sockets.add(socket);
      response.end('a');
    });
    let time = 0;
    const http = connect({ now: () => time });
    const countAfter = async (ms: number) => {
      time += ms;
      await ask(http, new URL(url));
      return sockets.size;
    };

    expect([await countAfter(0), await countAfter(60_000), await countAfter(60_001)]).toEqual([1, 1, 2]);
  });
});

it('fails with the deadline, and with nothing else, when an answer is read after it', async () => {
  const { url } = await listen((_, response) => response.end('a'));
  const deadline = new AbortController();
  const answer = await connect().get(new URL(url), { stage, signal: deadline.signal });
  deadline.abort();
  await new Promise((resolve) => void setTimeout(resolve, 20));

  await expect(read(answer.bytes)).rejects.toMatchObject({ code: 'deadline' });
});

it('that was not kept and is closed without an answer fails for now', async () => {
  let requests = 0;
  const { url } = await listen(({ socket }) => {
    requests += 1;
    socket.destroy();
  });

  await expect(connect().get(new URL(url), { stage, signal })).rejects.toMatchObject({ code: 'connection_failed' });
  expect(requests).toBe(1);
});
