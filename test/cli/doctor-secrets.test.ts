import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Finding } from '../../cli/verdict.ts';
import { setEnvironment } from '../../local/environment.ts';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { runCli } from '../support/run-cli.ts';
import { type ParameterStore, refuseParameter, startParameterStore } from '../support/secrets/parameter-store.ts';

const KEY = 'ca_a-key-that-nobody-may-see';
const SECRET = 'whsec_nobody_may_see';

let vendor: Listening;
let store: ParameterStore;
let status: number;
let asked: { path: string | undefined; key: unknown }[];

beforeAll(async () => {
  store = await startParameterStore();
  vendor = await listenOnLoopback(
    createServer((request, response) => {
      asked.push({ path: request.url, key: request.headers['x-api-key'] });
      // It says more than it should.
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(`{"detail":"${KEY}","task":{"status":"open"}}`);
    }),
  );
  setEnvironment({ AWS_ENDPOINT_URL_SSM: store.url });
});
beforeEach(() => {
  status = 404;
  asked = [];
});
afterAll(async () => {
  await vendor?.close();
  await store?.close();
});

async function diagnose(check: string, env: Record<string, string>) {
  const { exitCode, printed, noted } = await runCli(['doctor', '--json'], {
    env: { CHAMELIO_BASE_URL: vendor.url, ...env },
  });
  const shown = printed.join('\n');
  expect(shown + noted.join('\n')).not.toMatch(/nobody.may.see/);
  return { exitCode, ...(JSON.parse(shown) as Finding[]).find((finding) => finding.check === check) };
}

const diagnoseKey = (env: Record<string, string> = { CHAMELIO_API_KEY: KEY }) => diagnose('vendor key', env);
const diagnoseSecret = (env: Record<string, string>) => diagnose('webhook secret', env);

describe('the vendor key', () => {
  it('is shown to the vendor with one question for a task that cannot be there', async () => {
    await diagnoseKey();
    expect(asked).toEqual([{ path: expect.stringMatching(/^\/tasks\/doctor-[\w-]{36}$/), key: KEY }]);
  });

  it.each([[404], [400], [422]])('is good when the vendor looks for the task: %i', async (answered) => {
    status = answered;
    expect(await diagnoseKey()).toMatchObject({ result: 'ok', message: `${vendor.url} takes it` });
  });

  it.each([
    [401, 'wrong', 'the API key is refused'],
    [403, 'wrong', 'nothing that is documented'],
    [302, 'wrong', 'nothing that is documented'],
    [429, 'unknown', 'too many requests'],
    [500, 'unknown', 'an error of its own'],
    [200, 'warn', 'knows a task that cannot be there'],
  ])('at an answer of %i it is %s', async (answered, result, message) => {
    status = answered;
    expect(await diagnoseKey()).toMatchObject({
      result,
      message: expect.stringContaining(message),
      advice: expect.stringMatching(/\.$/),
    });
  });

  it('has to be another one when the vendor refuses it', async () => {
    status = 401;
    const advice = 'Put a key that is valid into CHAMELIO_API_KEY or its parameter.';
    expect(await diagnoseKey()).toMatchObject({ exitCode: 1, advice });
  });

  it('is wrong where nobody answers', async () => {
    const gone = await listenOnLoopback(createServer());
    await gone.close();
    const found = await diagnoseKey({ CHAMELIO_API_KEY: KEY, CHAMELIO_BASE_URL: gone.url });

    expect(found).toMatchObject({ exitCode: 1, result: 'wrong', message: 'The connection failed (ECONNREFUSED).' });
  });

  it('is read from its parameter', async () => {
    store.set('/archive/key', { value: KEY });
    expect(await diagnoseKey({ CHAMELIO_API_KEY_PARAMETER: '/archive/key' })).toMatchObject({ result: 'ok' });
    expect(asked.map(({ key }) => key)).toEqual([KEY]);
  });

  it('is not known where it is not set', async () => {
    expect(await diagnoseKey({})).toMatchObject({
      result: 'unknown',
      message: 'neither CHAMELIO_API_KEY nor CHAMELIO_API_KEY_PARAMETER is set',
    });
  });

  it('is wrong where it is set to nothing, whatever its parameter holds', async () => {
    const found = await diagnoseKey({ CHAMELIO_API_KEY: '', CHAMELIO_API_KEY_PARAMETER: '/archive/key' });
    expect(found).toMatchObject({ result: 'wrong', message: 'Wrong configuration: CHAMELIO_API_KEY is missing.' });
  });

  it('is wrong when it is no key, and is shown to nobody', async () => {
    const found = await diagnoseKey({ CHAMELIO_API_KEY: `${KEY} ${KEY}` });
    expect(found).toMatchObject({ result: 'wrong', message: expect.stringContaining('expected printable ASCII') });
    expect(asked).toEqual([]);
  });
});

describe('the webhook secret', () => {
  it.each([
    [SECRET, 'one is accepted'],
    [`${SECRET}\n${SECRET}_before`, '2 are accepted'],
  ])('is good when it is long enough', async (secret, message) => {
    expect(await diagnoseSecret({ CHAMELIO_WEBHOOK_SECRET: secret })).toMatchObject({ result: 'ok', message });
  });

  it('is wrong when it is short', async () => {
    expect(await diagnoseSecret({ CHAMELIO_WEBHOOK_SECRET: 'short' })).toMatchObject({
      exitCode: 1,
      result: 'wrong',
      message: expect.stringContaining('expected secrets of at least 16 characters'),
    });
  });

  it('is not known where it is not set', async () => {
    expect(await diagnoseSecret({})).toMatchObject({ result: 'unknown', message: expect.stringContaining('neither') });
  });

  const name = '/archive/secret';
  const fromParameter = { CHAMELIO_WEBHOOK_SECRET_PARAMETER: name };

  it('is read from its parameter', async () => {
    store.set(name, { value: SECRET });
    expect(await diagnoseSecret(fromParameter)).toMatchObject({ result: 'ok' });
  });

  it('is wrong when its parameter holds a short one', async () => {
    store.set(name, { value: 'short' });
    expect(await diagnoseSecret(fromParameter)).toMatchObject({
      result: 'wrong',
      message: 'The SSM parameter is empty or too short.',
    });
  });

  it('is wrong when there is no such parameter', async () => {
    store.set(name, refuseParameter('ParameterNotFound', ''));
    expect(await diagnoseSecret(fromParameter)).toMatchObject({
      result: 'wrong',
      message: 'The SSM parameter could not be read (ParameterNotFound).',
    });
  });

  it('is not known when it may not be read', async () => {
    const message = 'User: arn:u is not authorized to perform: ssm:GetParameter on resource: arn:p because no';
    store.set(name, refuseParameter('AccessDeniedException', message));
    expect(await diagnoseSecret(fromParameter)).toMatchObject({
      result: 'unknown',
      message: 'The credentials lack the permission ssm:GetParameter on arn:p.',
    });
  });
});
