import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createAwsClient } from '../../../lib/adapters/aws-client.ts';
import { AwsError, type AwsService } from '../../../lib/aws-call.ts';
import { type Listening, listenOnLoopback } from '../../../local/listen-on-loopback.ts';
import { isSignedBy, type SentRequest } from '../../support/verify-signature.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'a', secretAccessKey: 'the secret', sessionToken: 'the token' };

type Scripted = Answer | 'reset' | 'silence';
type Answer = { status?: number; headers?: Record<string, string>; text?: string };

const open: Listening[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** Answers so, one request after the other, the last answer for ever, and writes down what came. */
async function startAws(...answers: Scripted[]) {
  const requests: SentRequest[] = [];
  const answer: RequestListener = async (request, response) => {
    const headers = request.headers as Record<string, string>;
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers, body: await buffer(request) });
    const next = (answers.length > 1 ? answers.shift() : answers[0]) as Scripted;
    if (next === 'silence') return;
    if (next === 'reset') request.socket.destroy();
    else response.writeHead(next.status ?? 200, next.headers).end(next.text);
  };
  const server = await listenOnLoopback(createServer(answer));
  open.push(server);
  const connect = (service: AwsService, limits: { attemptMs?: number; idleMs?: number } = {}) =>
    createAwsClient({ service, endpoint: new URL(`${server.url}/`), region, credentials, ...limits });
  return { ...server, requests, connect };
}

const post = { method: 'POST', body: [Buffer.from('{"a":'), Buffer.from('1}')] } as const;
const refusal = (status: number, code: string): Answer => ({ status, text: `<Error><Code>${code}</Code></Error>` });

describe('a signature', () => {
  it('is what AWS works out from the request, whatever is in its path, query and metadata', async () => {
    const { requests, connect } = await startAws({});
    const path = 'tasks/%E6%BC%A2%20%2B%21%27%28%29%2A~/a.pdf';
    const query = { partNumber: '7', uploadId: "x y+/=é~!'()*" };
    await connect('s3').send({ method: 'PUT', path, query, headers: { 'x-amz-meta-name': 'a  b' }, body: post.body });

    expect(requests).toMatchObject([{ url: expect.stringContaining(path), body: Buffer.from('{"a":1}') }]);
    expect(isSignedBy('the secret', requests[0] as SentRequest)).toBe(true);
    expect(isSignedBy('another secret', requests[0] as SentRequest)).toBe(false);
  });

  it('is worked out here as the SDK works it out', async () => {
    const { url, requests } = await startAws({});
    const client = new S3Client({ endpoint: url, region, credentials, forcePathStyle: true });
    await client.send(new PutObjectCommand({ Bucket: 'archive', Key: 'a/b (ü).pdf', Body: 'text' }));
    client.destroy();

    expect(isSignedBy('the secret', requests[0] as SentRequest)).toBe(true);
  });

  it('is over the headers, the token among them, and over the body of a call in JSON', async () => {
    const { requests, connect } = await startAws({ text: '{}' });
    await connect('sqs').send({ ...post, headers: { 'x-amz-target': 'AmazonSQS.SendMessage' } });
    const [request] = requests as [SentRequest];

    expect(isSignedBy('the secret', request)).toBe(true);
    expect(request.headers).toMatchObject({ 'x-amz-security-token': 'the token', 'content-length': '7' });
    expect(isSignedBy('the secret', { ...request, body: Buffer.from('{"a":2}') })).toBe(false);
    const headers = { ...request.headers, 'x-amz-target': 'AmazonSQS.PurgeQueue' };
    expect(isSignedBy('the secret', { ...request, headers })).toBe(false);
  });

  it('is over the hash that is given, and else over that of the bytes', async () => {
    const { requests, connect } = await startAws({});
    const client = connect('s3');
    await client.send({ method: 'PUT', body: post.body });
    await client.send({ method: 'PUT', body: post.body, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } });
    await client.send({ method: 'HEAD' });

    expect(requests.map((request) => isSignedBy('the secret', request))).toEqual([true, true, true]);
    expect(requests[1]?.headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
  });
});

describe('a request that fails', () => {
  it.each<[string, Scripted]>([
    ['with an error of the service', refusal(500, 'InternalError')],
    ['for more than the service takes', refusal(503, 'SlowDown')],
    ['for more than the table takes', { status: 400, text: '{"__type":"x.y#ThrottlingException"}' }],
    ['because the connection is cut off', 'reset'],
  ])('%s is sent again, all of it', async (_, failure) => {
    const { requests, connect } = await startAws(failure, { text: 'taken' });

    expect(await connect('s3').send(post)).toMatchObject({ text: 'taken' });
    expect(requests.map(({ body }) => body.toString())).toEqual(['{"a":1}', '{"a":1}']);
  });

  it('is sent three times at most', async () => {
    const { requests, connect } = await startAws(refusal(500, 'InternalError'));

    await expect(connect('s3').send(post)).rejects.toMatchObject({ name: 'InternalError', status: 500 });
    expect(requests).toHaveLength(3);
  });

  it('because it is wrong is not sent again', async () => {
    const { requests, connect } = await startAws(refusal(403, 'AccessDenied'));

    await expect(connect('s3').send(post)).rejects.toThrow(AwsError);
    expect(requests).toHaveLength(1);
  });

  it('is not sent again once nobody waits for it', async () => {
    const { requests, connect } = await startAws('silence');
    const waiting = new AbortController();
    const sending = connect('s3').send({ ...post, signal: waiting.signal });
    while (requests.length === 0) await new Promise(setImmediate);
    waiting.abort();

    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
    expect(requests).toHaveLength(1);
  });

  it.each([{ attemptMs: 20 }, { idleMs: 20 }])('because nobody answers ends in time (%j)', async (limits) => {
    const { requests, connect } = await startAws('silence');

    await expect(connect('s3', limits).send(post)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(requests).toHaveLength(3);
  });

  it('because it finds nobody behind a port ends in time', async () => {
    const sockets: Socket[] = [];
    const server = createTcpServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const endpoint = new URL(`https://127.0.0.1:${(server.address() as { port: number }).port}`);
    const client = createAwsClient({ service: 's3', endpoint, region, credentials, connectMs: 20, maxAttempts: 1 });

    await expect(client.send(post)).rejects.toMatchObject({ name: 'TimeoutError' });
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  it('because the other side speaks another protocol ends', async () => {
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n';
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).once('data', () => void socket.write(switching));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const endpoint = new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    const client = createAwsClient({ service: 's3', endpoint, region, credentials, maxAttempts: 1 });

    await expect(client.send(post)).rejects.toMatchObject({ code: 'ECONNRESET' });
    server.close();
  });

  it('early, while its body is still under way, says no more', async () => {
    const sockets: Socket[] = [];
    let heard = 0;
    const server = createTcpServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.once('data', () => {
        socket.write('HTTP/1.1 412 Precondition Failed\r\ncontent-length: 0\r\n\r\n');
        socket.pause();
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const endpoint = new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
    const body = Array.from({ length: 80 }, () => Buffer.alloc(256 * 1024, 'first'));
    await expect(
      createAwsClient({ service: 's3', endpoint, region, credentials }).send({ method: 'PUT', body }),
    ).rejects.toMatchObject({ status: 412 });
    for (const chunk of body) chunk.fill('X');
    const ended = sockets.map((socket) => {
      socket.on('data', (chunk) => {
        if (!chunk.includes('X')) return;
        heard += 1;
        socket.destroy(); // whoever goes on talking would not hang up either
      });
      return new Promise((resolve) => socket.on('close', resolve));
    });
    for (const socket of sockets) socket.resume();
    await Promise.all(ended);
    server.close();

    expect(heard).toBe(0);
  });

  it('is a failure though S3 has begun to say that it is none', async () => {
    const { connect } = await startAws({ text: '\n <?xml version="1.0"?><Error><Code>InternalError</Code></Error>' });

    await expect(connect('s3').send(post)).rejects.toMatchObject({ name: 'InternalError', status: 503 });
  });
});

describe('the name of an error', () => {
  it.each<[string, Answer, boolean]>([
    ['AccessDenied', refusal(403, 'AccessDenied'), false],
    ['SlowDown', refusal(503, 'SlowDown'), true],
    ['ThrottlingException', { status: 400, headers: { 'x-amzn-errortype': 'ThrottlingException:http://a/' } }, true],
    [
      'ConditionalCheckFailedException',
      { status: 400, text: '{"__type":"a.b#ConditionalCheckFailedException"}' },
      false,
    ],
    ['HTTP 404', { status: 404 }, false],
    ['HTTP 429', { status: 429 }, true],
  ])('is %s', async (name, answer, isThrottled) => {
    const { connect } = await startAws(answer);

    await expect(connect('sqs').send(post)).rejects.toMatchObject({ name, status: answer.status, isThrottled });
  });

  it('is all that it says of the answer, which may hold names', async () => {
    const { connect } = await startAws({ status: 400, text: '{"__type":"Wrong","message":"user/secret"}' });
    const error = await connect('sqs')
      .send(post)
      .catch((failure: unknown) => failure);

    expect(String(error)).toBe('Wrong: AWS answered 400: Wrong.');
  });
});

it('hands out a body that is still to be read', async () => {
  const { connect } = await startAws({ text: 'all of it' });

  expect((await buffer(await connect('s3').open({ method: 'GET', path: 'a' }))).toString()).toBe('all of it');
});
