import { afterEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { startHttpFront } from '../../local/http-front.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(answer: (event: APIGatewayProxyEventV2) => APIGatewayProxyStructuredResultV2) {
  const events: APIGatewayProxyEventV2[] = [];
  const contexts: Context[] = [];
  const handler = async (event: unknown, context: Context) => {
    events.push(event as APIGatewayProxyEventV2);
    contexts.push(context);
    return answer(event as APIGatewayProxyEventV2);
  };
  const route = { functionName: 'webhook', timeoutMs: 10_000, handler };
  const routes = { 'POST /webhooks/chamelio': route, 'GET /tasks/{task_id}/documents': route };
  const front = await startHttpFront({ routes });
  open.push(front.close);
  return { url: `${front.url}/webhooks/chamelio`, origin: front.url, events, contexts };
}

const accepted = () => ({
  statusCode: 202,
  headers: { 'Content-Type': 'application/json' },
  body: '{"status":"queued"}',
});
const post = (url: string, headers: Record<string, string> | [string, string][], body: string) =>
  fetch(url, { method: 'POST', headers, body });

describe('the HTTP front', () => {
  it('delivers JSON as it came, and writes the answer back', async () => {
    const { url, events } = await serve(accepted);
    const response = await post(`${url}?from=test`, { 'content-type': 'application/json' }, '{"name":"Übersicht"}');

    expect(events[0]).toMatchObject({
      version: '2.0',
      routeKey: 'POST /webhooks/chamelio',
      rawPath: '/webhooks/chamelio',
      rawQueryString: 'from=test',
      requestContext: { http: { method: 'POST', path: '/webhooks/chamelio', sourceIp: '127.0.0.1' } },
      body: '{"name":"Übersicht"}',
      isBase64Encoded: false,
    });
    expect(response.status).toBe(202);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ status: 'queued' });
  });

  it('decodes what the path names, and gives the route as it is declared', async () => {
    const { origin, events } = await serve(accepted);
    await fetch(`${origin}/tasks/a%3Ab%20c/documents`);

    expect(events[0]).toMatchObject({
      routeKey: 'GET /tasks/{task_id}/documents',
      rawPath: '/tasks/a%3Ab%20c/documents',
      pathParameters: { task_id: 'a:b c' },
    });
  });

  it('gives no path parameters where the route has none', async () => {
    const { url, events } = await serve(accepted);
    await post(url, {}, '{}');

    expect(events[0]).not.toHaveProperty('pathParameters');
  });

  it('answers a path that cannot be decoded with 400, and asks no function', async () => {
    const { origin, events } = await serve(accepted);
    const response = await fetch(`${origin}/tasks/%zz/documents`);

    expect([response.status, await response.json()]).toEqual([400, { message: 'Bad Request' }]);
    expect(events).toEqual([]);
  });

  it('delivers the body of a binary content type base64-encoded', async () => {
    const { url, events } = await serve(accepted);
    await post(url, { 'content-type': 'application/octet-stream' }, '{"name":"Übersicht"}');

    expect(events[0]).toMatchObject({
      body: Buffer.from('{"name":"Übersicht"}').toString('base64'),
      isBase64Encoded: true,
    });
  });

  it('gives header names in lower case and joins repeated headers by commas', async () => {
    const { url, events } = await serve(accepted);
    await post(
      url,
      [
        ['X-Chamelio-Signature', 'one'],
        ['x-chamelio-signature', 'two'],
        ['Cookie', 'a=1; b=2'],
      ],
      '{}',
    );

    expect(events[0]?.headers['x-chamelio-signature']?.replaceAll(' ', '')).toBe('one,two');
    expect(events[0]?.headers).not.toHaveProperty('cookie');
    expect(events[0]?.cookies).toEqual(['a=1', 'b=2']);
  });

  it('leaves the body out when there is none', async () => {
    const { url, events } = await serve(accepted);
    await fetch(url, { method: 'POST' });

    expect(events[0]).not.toHaveProperty('body');
    expect(events[0]?.isBase64Encoded).toBe(false);
  });

  it('gives the function its own time', async () => {
    const { url, contexts } = await serve(accepted);
    await post(url, {}, '{}');

    expect(contexts[0]?.functionName).toBe('webhook');
    expect(contexts[0]?.getRemainingTimeInMillis()).toBeLessThanOrEqual(10_000);
  });

  it('sends a base64-encoded answer as the bytes it stands for', async () => {
    const { url } = await serve(() => ({ statusCode: 200, body: 'AAH/', isBase64Encoded: true }));
    const response = await post(url, {}, '{}');

    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 1, 255]);
  });

  it.each([
    ['GET', '/webhooks/chamelio'],
    ['POST', '/webhooks'],
    ['POST', '/webhooks/chamelio/'],
  ])('answers %s %s as API Gateway does where there is no route', async (method, path) => {
    const { origin, events } = await serve(accepted);
    const response = await fetch(origin + path, { method });

    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
    expect(events).toEqual([]);
  });

  it('answers 500 as API Gateway does when the function throws', async () => {
    const { url } = await serve(() => {
      throw new Error('crashed');
    });
    const response = await post(url, {}, '{}');

    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });
});
