import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startStorage } from '../../local/storage.ts';

const content = Buffer.from('0123456789');
const etag = `"${createHash('md5').update(content).digest('hex')}"`;
const path = '/documents/task_demo/draft_step';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function store(options: Parameters<typeof startStorage>[0] = {}) {
  const storage = await startStorage(options);
  open.push(storage.close);
  storage.put(path, { content, contentType: 'application/pdf' });
  return storage;
}

async function read(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(url, { headers, method });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('the storage stand-in', () => {
  it('gives the file to whoever has a signed URL', async () => {
    const storage = await store();
    const { status, headers, text } = await read(storage.sign(path).url);

    expect([status, text]).toEqual([200, '0123456789']);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-length')).toBe('10');
    expect(headers.get('etag')).toBe(etag);
  });

  it('refuses a URL once it has expired', async () => {
    let now = Date.parse('2025-11-24T09:00:00Z');
    const storage = await store({ urlLifetimeSeconds: 60, now: () => now });
    const { url, expiresAt } = storage.sign(path);
    expect(expiresAt.toISOString()).toBe('2025-11-24T09:01:00.000Z');

    now = expiresAt.getTime() - 1;
    expect((await read(url)).status).toBe(200);
    now = expiresAt.getTime();
    const { status, headers, text } = await read(url);
    expect(status).toBe(403);
    expect(headers.get('content-type')).toBe('application/xml');
    expect(text).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>');
  });

  it.each([
    [
      'another signature',
      (url: URL) => url.searchParams.set('X-Amz-Signature', '0'.repeat(64)),
      'SignatureDoesNotMatch',
    ],
    ['a shorter signature', (url: URL) => url.searchParams.set('X-Amz-Signature', 'ab'), 'SignatureDoesNotMatch'],
    ['a longer life', (url: URL) => url.searchParams.set('X-Amz-Expires', '604800'), 'SignatureDoesNotMatch'],
    ['another file', (url: URL) => void (url.pathname = '/documents/task_demo/other_step'), 'SignatureDoesNotMatch'],
    ['one more parameter', (url: URL) => url.searchParams.set('versionId', '1'), 'SignatureDoesNotMatch'],
    ['no signature', (url: URL) => url.searchParams.delete('X-Amz-Signature'), 'AccessDenied'],
  ])('refuses a URL with %s', async (_what, change, code) => {
    const storage = await store();
    const url = new URL(storage.sign(path).url);
    change(url);
    const { status, text } = await read(url.href);

    expect(status).toBe(403);
    expect(text).toContain(`<Code>${code}</Code>`);
  });

  it('refuses a method that the URL was not signed for', async () => {
    const storage = await store();
    expect((await read(storage.sign(path).url, {}, 'HEAD')).status).toBe(403);
  });

  it('does not know a file that was never put', async () => {
    const storage = await store();
    const { status, text } = await read(storage.sign('/documents/task_demo/other_step').url);

    expect(status).toBe(404);
    expect(text).toContain('<Code>NoSuchKey</Code>');
  });

  it.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, undefined, null],
    ['lines=1-2', 200, '0123456789', null],
  ])('answers Range: %s with %d', async (range, ...[expected, text, contentRange]) => {
    const storage = await store();
    const answer = await read(storage.sign(path).url, { range });

    expect(answer.status).toBe(expected);
    if (text !== undefined) expect(answer.text).toBe(text);
    expect(answer.headers.get('content-range')).toBe(contentRange);
  });

  it.each([
    ['if-match', etag, 200],
    ['if-match', '"another"', 412],
    ['if-none-match', etag, 304],
    ['if-none-match', '"another"', 200],
  ])('answers %s: %s with %d', async (name, value, expected) => {
    const storage = await store();
    expect((await read(storage.sign(path).url, { [name]: value })).status).toBe(expected);
  });

  it('counts what it was asked', async () => {
    const storage = await store();
    await read(storage.sign(path).url, { range: 'bytes=0-3' });
    await read(`${storage.url}${path}`);

    expect(storage.requests).toEqual([
      { path, headers: expect.objectContaining({ range: 'bytes=0-3' }), status: 206 },
      { path, headers: expect.not.objectContaining({ range: expect.anything() }), status: 403 },
    ]);
  });
});
