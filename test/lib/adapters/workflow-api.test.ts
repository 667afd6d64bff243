import { afterEach, describe, expect, it } from '@jest/globals';
import { createWorkflowApi } from '../../../lib/adapters/workflow-api.ts';
import { keepSecret } from '../../../lib/cached-secret.ts';
import { createHttpGet, type HttpGet } from '../../../lib/http-get.ts';
import { createHttpRig, signal } from '../../support/http-rig.ts';

const { open, listen, closeAll } = createHttpRig();
afterEach(closeAll);

/** The vendor's API in front of a vendor that answers as it is told. */
function createApi(status: number, headers: Record<string, string> = {}, body = '') {
  const asked: string[] = [];
  const get: HttpGet = async (url) => {
    asked.push(url.href);
    const bytes = (async function* () {
      yield Buffer.from(body);
    })();
    return { status, headers, bytes, isEncoded: false, close: () => undefined };
  };
  const apiKey = keepSecret('ca_key');
  return { api: createWorkflowApi({ baseUrl: 'https://vendor.example/v1', apiKey, get, now: () => 0 }), asked };
}

describe('the step-document endpoint', () => {
  it('is asked below the base URL, with the ids encoded', async () => {
    const { api, asked } = createApi(500);
    await api.requestDocument({ taskId: 'a:b', stepId: 'c' }, signal).catch(() => undefined);

    expect(asked).toEqual(['https://vendor.example/v1/tasks/a%3Ab/steps/c/document']);
  });

  it.each([
    ['https://storage.example/a', 'https://storage.example/a'],
    ['/a', 'https://vendor.example/a'],
    ['http://[', 'http://['],
  ])('may redirect to %s', async (location, url) => {
    const { api } = createApi(302, { location });

    expect(await api.requestDocument({ taskId: '1', stepId: 'a' }, signal)).toEqual({
      kind: 'link',
      url,
      redirects: 1,
    });
  });

  it.each([
    [302, {}, 'unexpected_status'],
    [204, {}, 'unexpected_status'],
    [418, {}, 'unexpected_status'],
    [429, { 'retry-after': 'rubbish' }, 'rate_limited'],
  ])('that answers %d %j is asked later', async (status, headers, code) => {
    const { api } = createApi(status, headers);

    await expect(api.requestDocument({ taskId: '1', stepId: 'a' }, signal)).rejects.toMatchObject({
      name: 'TransientError',
      stage: 'resolve',
      code,
    });
  });

  it.each(['application/json', 'application/problem+json; charset=utf-8', 'text/plain', ''])(
    'may give its link as %p',
    async (type) => {
      const { api } = createApi(
        200,
        { 'content-type': type },
        ' {"download_url": "https://a.example/b", "file_name": 5}',
      );

      expect(await api.requestDocument({ taskId: '1', stepId: 'a' }, signal)).toEqual({
        kind: 'link',
        url: 'https://a.example/b',
        redirects: 0,
        fileName: undefined,
      });
    },
  );
});

describe('the task endpoint', () => {
  const read = (task: unknown) => createApi(200, {}, JSON.stringify({ task })).api.readTaskStatus('1', signal);

  it.each([
    [{ status: 'completed' }, 'completed'],
    [{ status: 'COMPLETED' }, 'completed'],
    [{ status: 'finished', completed_at: '2026-03-02T12:00:00Z' }, 'completed'],
    [{ status: 'canceled' }, 'canceled'],
    [{ status: 'Cancelled', completed_at: '2026-03-02T12:00:00Z' }, 'canceled'],
    [{ status: 'in_progress', completed_at: null }, 'open'],
    [{ status: 7 }, 'open'],
    [{}, 'open'],
  ])('says of the task %j that it is %s', async (task, status) => {
    expect(await read(task)).toBe(status);
  });

  it('is asked below the base URL, with the id encoded', async () => {
    const { api, asked } = createApi(200, {}, '{"task":{}}');
    await api.readTaskStatus('a:b', signal);

    expect(asked).toEqual(['https://vendor.example/v1/tasks/a%3Ab']);
  });

  it('that says nothing of a task gave no valid answer', async () => {
    await expect(read(undefined)).rejects.toMatchObject({ name: 'PermanentError', code: 'invalid_answer' });
  });
});

it('is asked wherever the operator says it is, at a private address too', async () => {
  const { url: baseUrl } = await listen((_, response) => response.end('{"files":[]}'));
  const http = createHttpGet();
  open.push(http);
  const api = createWorkflowApi({ baseUrl, apiKey: keepSecret('ca_key'), get: http.get, now: () => 0 });

  expect(await api.listFiles('1', signal)).toEqual({ files: [], isCut: false, unlistedCount: 0 });
});
