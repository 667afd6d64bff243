import { describe, expect, it } from '@jest/globals';
import { createPresignedSource } from '../../../lib/adapters/presigned-source.ts';
import type { HttpAnswer, HttpGet } from '../../../lib/http-get.ts';
import type { ReadFrom } from '../../../lib/ports.ts';

const { signal } = new AbortController();
const link = { kind: 'link', url: 'https://storage.example/a.pdf?X-Amz-Signature=secret', redirects: 0 } as const;

/** The source in front of a host that answers as it is told; it counts what is opened and not closed. */
function createSource(answers: readonly { status: number; headers?: Record<string, string> }[]) {
  const asked: { url: string; headers: Record<string, string> | undefined }[] = [];
  let closed = 0;
  const get: HttpGet = async (url, { headers }) => {
    const { status, headers: sent = {} } = answers[asked.length] as (typeof answers)[number];
    asked.push({ url: url.href, headers });
    const bytes = (async function* () {})();
    return { status, headers: sent, bytes, isEncoded: false, close: () => void (closed += 1) } satisfies HttpAnswer;
  };
  const open = createPresignedSource({ allowedHosts: [{ host: 'storage.example' }], get, now: () => 0 });
  return { open: (from: ReadFrom = { offset: 0 }) => open(link, from, signal), asked, countClosed: () => closed };
}

describe('the source behind a link', () => {
  it('is asked under the conditions that are given, and never with a key', async () => {
    const { open, asked } = createSource([{ status: 206, headers: { 'content-range': 'bytes 5-9/10' } }]);
    const opened = await open({ offset: 5, ifMatch: '"v1"', ifNoneMatch: '"v0"' });

    expect(opened).toMatchObject({ sizeBytes: 10 });
    expect(asked[0]?.headers).toEqual({ range: 'bytes=5-', 'if-match': '"v1"', 'if-none-match': '"v0"' });
  });

  it.each([
    ['without a range', {}],
    ['from another place', { 'content-range': 'bytes 4-9/10' }],
    ['to another place', { 'content-range': 'bytes 5-8/10' }],
    ['of unknown length', { 'content-range': 'bytes 5-9/*' }],
  ])('cannot go on with a 206 %s', async (_, headers) => {
    const { open, countClosed } = createSource([{ status: 206, headers }]);

    await expect(open({ offset: 5 })).rejects.toMatchObject({ code: 'source_changed', retry: { startOver: true } });
    expect(countClosed()).toBe(1);
  });

  it.each([
    [429, {}, 'rate_limited', { brake: true, delaySeconds: 0 }],
    [429, { 'retry-after': '60' }, 'rate_limited', { brake: true, delaySeconds: 60 }],
    [302, {}, 'unexpected_status', {}],
    [304, {}, 'unexpected_status', {}],
    [500, {}, 'server_error', {}],
    [410, {}, 'link_refused', {}],
  ])('that answers %d %j is asked later', async (status, headers, code, retry) => {
    const { open, countClosed } = createSource([{ status, headers }]);

    await expect(open()).rejects.toMatchObject({ name: 'TransientError', stage: 'download', code, retry });
    expect(countClosed()).toBe(1);
  });

  it.each([
    ['nowhere', 'http://[', 'url_invalid'],
    ['to another host', 'https://elsewhere.example/a', 'url_forbidden'],
    ['to plain HTTP', 'http://storage.example/a', 'url_forbidden'],
  ])('that redirects %s is not followed, and its URL is not repeated', async (_, location, code) => {
    const { open, asked } = createSource([{ status: 302, headers: { location } }]);
    const failure = await open().catch((error: unknown) => error);

    expect(failure).toMatchObject({ name: 'PermanentError', code });
    expect((failure as Error).message).not.toContain('secret');
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['whose host is allowed', { host: 'storage.example' }, false],
    ['whose domain is allowed', { suffix: '.example' }, false],
    ['whose origin is listed', { origin: 'https://storage.example' }, true],
    ['whose host is allowed, and another port of it listed', { origin: 'https://storage.example:8443' }, false],
  ])('%s may be private: %j, %s', async (_, entry, expected) => {
    const asked: unknown[] = [];
    const get: HttpGet = async (__, { mayBePrivate }) => {
      asked.push(mayBePrivate);
      throw new Error('Asked.');
    };
    const open = createPresignedSource({ allowedHosts: [entry, { host: 'storage.example' }], get, now: () => 0 });
    await open(link, { offset: 0 }, signal).catch(() => undefined);

    expect(asked).toEqual([expected]);
  });

  it('is followed three times, relative to where it is, and no further', async () => {
    const redirect = { status: 307, headers: { location: '/b.pdf' } };
    const followed = createSource([redirect, redirect, redirect, { status: 200 }]);
    await followed.open();
    expect(followed.asked.map(({ url }) => url)).toEqual([link.url, ...Array(3).fill('https://storage.example/b.pdf')]);

    const endless = createSource([redirect, redirect, redirect, redirect]);
    await expect(endless.open()).rejects.toMatchObject({ name: 'PermanentError', code: 'too_many_redirects' });
  });
});
