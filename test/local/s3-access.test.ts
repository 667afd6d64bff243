import { Agent } from 'node:http';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LinkOptions, type RawRequest, send, signLink } from './s3-raw.ts';
import { type OpenStore, openStore } from './s3-target.ts';

let store: OpenStore;
let bucket: string;
let etag: string;
beforeAll(async () => {
  store = await openStore();
  bucket = await store.makeBucket();
  const put = new PutObjectCommand({ Bucket: bucket, Key: 'linked', Body: 'some bytes' });
  etag = (await store.client.send(put)).ETag ?? '';
});
afterAll(() => store.close());

function follow(raw: Omit<RawRequest, 'path'> & { key?: string }, options: Partial<LinkOptions> = {}) {
  const { key = 'linked', ...signed } = raw;
  const path = `/${bucket}/${key}`;
  const query = signLink({ ...signed, path }, { endpoint: store.endpoint, ...options });
  return {
    with: (headers: Record<string, string> = {}) =>
      send(store.endpoint, { ...raw, path, query, headers: { ...raw.headers, ...headers } }),
  };
}

describe('a presigned link', () => {
  it('reads', async () => {
    expect(await follow({ method: 'GET' }).with()).toMatchObject({ status: 200, body: 'some bytes' });
    expect((await follow({ method: 'HEAD' }).with()).headers['content-length']).toBe('10');
  });

  it('reads with the disposition it was signed for', async () => {
    const query = { 'response-content-disposition': 'attachment' };
    expect((await follow({ method: 'GET', query }).with()).headers['content-disposition']).toBe('attachment');
  });

  it('takes Range, If-Match and If-None-Match unsigned', async () => {
    const link = follow({ method: 'GET' });
    expect(await link.with({ range: 'bytes=5-' })).toMatchObject({ status: 206, body: 'bytes' });
    expect(await link.with({ range: 'bytes=5-', 'if-match': etag })).toMatchObject({ status: 206 });
    expect(await link.with({ 'if-match': '"abc"' })).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect(await link.with({ 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
  });

  it('takes no other x-amz header than those it was signed with', async () => {
    const refused = await follow({ method: 'GET' }).with({ 'x-amz-checksum-mode': 'ENABLED' });
    expect(refused).toMatchObject({ status: 403, code: 'AccessDenied' });
    const headers = { 'x-amz-checksum-mode': 'ENABLED' };
    expect(await follow({ method: 'GET', headers }).with()).toMatchObject({ status: 200 });
  });

  it('writes, with the headers that went into its query', async () => {
    const query = { 'x-amz-meta-task-id': '7' };
    const put = follow({ key: 'uploaded', method: 'PUT', query, body: 'sent' }).with({ 'content-length': '4' });
    expect(await put).toMatchObject({ status: 200 });
    const read = await follow({ key: 'uploaded', method: 'GET' }).with();
    expect(read).toMatchObject({ status: 200, body: 'sent' });
    expect(read.headers['x-amz-meta-task-id']).toBe('7');
  });

  it('expires', async () => {
    const signedAt = new Date(Date.now() - 120_000);
    const expired = await follow({ method: 'GET' }, { signedAt, expiresSeconds: 60 }).with();
    expect(expired).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(expired.body).toContain('Request has expired');
  });

  it('may be good for a week at most', async () => {
    const refused = await follow({ method: 'GET' }, { expiresSeconds: 604_801 }).with();
    expect(refused).toMatchObject({ status: 400, code: 'AuthorizationQueryParametersError' });
  });

  it('is none without a date', async () => {
    const query = { 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Signature': 'abc' };
    const refused = await send(store.endpoint, { method: 'GET', path: `/${bucket}/linked`, query });
    expect(refused).toMatchObject({ status: 400, code: 'AuthorizationQueryParametersError' });
  });
});

describe('a request', () => {
  it('without credentials is refused, with or without a body', async () => {
    const path = `/${bucket}/linked`;
    expect(await send(store.endpoint, { method: 'GET', path })).toMatchObject({ status: 403, code: 'AccessDenied' });
    const body = 'x'.repeat(1_000_000);
    const headers = { 'content-length': String(body.length) };
    const refused = await send(store.endpoint, { method: 'PUT', path, headers, body });
    expect(refused).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  it('with credentials that are none is refused', async () => {
    const headers = { authorization: 'Bearer abc' };
    const refused = await send(store.endpoint, { method: 'GET', path: `/${bucket}/linked`, headers });
    expect(refused.status).toBe(400);
  });

  it('has an id, also when it is refused', async () => {
    const refused = await send(store.endpoint, { method: 'GET', path: '/' });
    expect(refused.headers['x-amz-request-id']).toMatch(/^[0-9A-Z]{16}$/);
    expect(refused.body).toContain(`<RequestId>${String(refused.headers['x-amz-request-id'])}</RequestId>`);
  });

  it('leaves the connection in order when its body was refused unread', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = 'x'.repeat(3_000_000);
    const headers = { 'content-length': String(body.length) };
    const path = `/${bucket}/refused`;
    expect(await send(store.endpoint, { method: 'PUT', path, headers, body, agent })).toMatchObject({ status: 403 });
    const next = await send(store.endpoint, { method: 'GET', path, agent });
    expect(next).toMatchObject({ status: 403, reused: true });
    agent.destroy();
  });
});
