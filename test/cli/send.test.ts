import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { isSignedBy } from '../../lib/webhook-signature.ts';
import { setEnvironment } from '../../local/environment.ts';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { runCli } from '../support/run-cli.ts';
import { type ParameterStore, refuseParameter, startParameterStore } from '../support/secrets/parameter-store.ts';

const SECRET = 'whsec_the_first_one';
const env = { CHAMELIO_WEBHOOK_SECRET: `${SECRET}\nwhsec_the_one_before` };
const completion = join(import.meta.dirname, '../../events/webhook.tasks-completed.json');

type Received = { headers: IncomingHttpHeaders; body: Buffer };

let front: Listening;
let directory: string;
let received: Received[];
let answer: { status: number; body: string; headers?: Record<string, string> };

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'send-'));
  front = await listenOnLoopback(
    createServer(async (request, response) => {
      received.push({ headers: request.headers, body: await buffer(request) });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }),
    0,
  );
});
beforeEach(() => {
  received = [];
  answer = { status: 202, body: '{"status":"queued"}' };
});
afterAll(async () => {
  await front?.close();
  await rm(directory, { recursive: true });
});

const send = (file: string, more: string[] = []) =>
  runCli(['send', file, '--to', `${front.url}/webhooks`, ...more], { env });

async function write(content: string | Buffer): Promise<string> {
  const file = join(directory, 'event.json');
  await writeFile(file, content);
  return file;
}

it('posts the bytes of the file, signed with the first secret', async () => {
  await send(completion);

  const [{ headers, body }] = received as [Received];
  expect(body).toEqual(await readFile(completion));
  expect(isSignedBy([SECRET], body, String(headers['x-chamelio-signature']))).toBe(true);
});

it('says status and answer', async () => {
  expect(await send(completion)).toEqual({ exitCode: 0, printed: ['202 Accepted: {"status":"queued"}'], noted: [] });
});

it.each([[200], [400], [401], [413], [503]])('ends with 1 when the answer is %i', async (status) => {
  answer = { status, body: '{"detail":"It is so."}' };
  const { exitCode, printed } = await send(completion, ['--json']);

  expect(exitCode).toBe(1);
  expect(printed.map((line) => JSON.parse(line))).toEqual([{ status, body: '{"detail":"It is so."}' }]);
});

it('follows no redirect', async () => {
  answer = { status: 307, body: '', headers: { location: '/elsewhere' } };
  const { exitCode } = await send(completion);

  expect(exitCode).toBe(1);
  expect(received).toHaveLength(1);
});

it('shows nothing that a terminal would obey', async () => {
  answer = { status: 202, body: '\u001B[2Jall is well\r\n' };
  expect((await send(completion)).printed).toEqual(['202 Accepted: \\u{1b}[2Jall is well']);
});

describe('a file that is no webhook body is sent all the same, and it is said', () => {
  it.each([
    ['is no JSON', '{', 'expected JSON'],
    ['is no event', '{"task_id":"1"}', 'event: expected the name of an event'],
    ['lacks what archiving needs', '{"event":"flows.tasks.completed","data":{}}', 'data.task_id: expected'],
  ])('when it %s', async (_, content, problem) => {
    const { exitCode, noted } = await send(await write(content));

    expect(exitCode).toBe(0);
    expect(noted).toEqual([expect.stringContaining(problem)]);
    expect(received.map(({ body }) => body.toString())).toEqual([content]);
  });

  it('when it is no text', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    await send(await write(bytes));
    expect(received.map(({ body }) => body)).toEqual([bytes]);
  });
});

describe('ends with 2 and sends nothing', () => {
  it.each([
    ['to a host over plain http', 'http://example.com/webhooks'],
    ['to what is no URL', 'example.com'],
    ['to another scheme', 'ftp://127.0.0.1/webhooks'],
    ['to a URL with a password', 'https://user:password@127.0.0.1/webhooks'],
  ])('%s', async (_, to) => {
    expect(await runCli(['send', completion, '--to', to], { env })).toEqual({
      exitCode: 2,
      printed: [],
      noted: ['--to expects an https URL, or http on loopback, without user and password.'],
    });
  });

  it('of a file that is not there', async () => {
    expect(await send('nothing.json')).toEqual({
      exitCode: 2,
      printed: [],
      noted: ['nothing.json cannot be read (ENOENT).'],
    });
  });

  it.each([[{}], [{ CHAMELIO_WEBHOOK_SECRET: 'short' }]])('with the secret of %j', async (wrongEnv) => {
    const { exitCode, noted } = await runCli(['send', completion, '--to', front.url], { env: wrongEnv });

    expect(exitCode).toBe(2);
    expect(noted).toEqual([expect.stringContaining('CHAMELIO_WEBHOOK_SECRET')]);
    expect(noted.join()).not.toContain('short,');
    expect(received).toEqual([]);
  });
});

it('says who did not answer', async () => {
  const gone = await listenOnLoopback(createServer(), 0);
  await gone.close();

  expect(await runCli(['send', completion, '--to', gone.url], { env })).toEqual({
    exitCode: 3,
    printed: [],
    noted: [`There is no answer from ${gone.url} (ECONNREFUSED).`],
  });
});

describe('with a secret in Parameter Store', () => {
  const name = '/archive/webhook-secret';
  const withParameter = { CHAMELIO_WEBHOOK_SECRET_PARAMETER: name };
  let store: ParameterStore;

  beforeAll(async () => {
    store = await startParameterStore();
    setEnvironment({ AWS_ENDPOINT_URL_SSM: store.url });
  });
  afterAll(() => store?.close());

  const sendWithParameter = () => runCli(['send', completion, '--to', front.url], { env: withParameter });

  it('signs with the first of its lines', async () => {
    store.set(name, { value: env.CHAMELIO_WEBHOOK_SECRET });
    await sendWithParameter();

    const [{ headers, body }] = received as [Received];
    expect(isSignedBy([SECRET], body, String(headers['x-chamelio-signature']))).toBe(true);
  });

  it('names the permission that is missing, and sends nothing', async () => {
    const message =
      'User: arn:aws:iam::1:user/op is not authorized to perform: ssm:GetParameter on resource: arn:p because no';
    store.set(name, refuseParameter('AccessDeniedException', message));

    expect(await sendWithParameter()).toEqual({
      exitCode: 3,
      printed: [],
      noted: ['The credentials lack the permission ssm:GetParameter on arn:p.'],
    });
    expect(received).toEqual([]);
  });
});
