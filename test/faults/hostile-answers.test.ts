import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ArchiveWorld, type ReceiveOptions, startArchiveWorld } from '../support/archive-world.ts';
import { createFaultTally, type Outcome } from '../support/fault-tally.ts';
import { sendRaw } from '../support/hostile-answers.ts';
import { type Answer, link, redirect, type Script, serve } from '../support/scripted-server.ts';

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

const KIB = 1024;
const MIB = 1024 * KIB;
const ETAG = '"v1"';
const pdf = Buffer.from(`%PDF-1.7\n${Array.from({ length: 9000 }, (_, line) => `% line ${line}`).join('\n')}\n%%EOF\n`);

const archived = { settled: 'acknowledged', status: 'ARCHIVED', error: undefined };
const later = (error: string) => ({ settled: 'back in 30 s', status: 'PENDING', error });
const failed = (error: string) => ({ settled: 'acknowledged', status: 'FAILED', error });

type Row = {
  it: string;
  vendor?: Script[];
  storage?: Script[];
  content?: Buffer;
  options?: ReceiveOptions;
  then: Partial<Outcome>;
};

/** Each row is one way of the same fault. */
function checkFault(fault: string, sentence: string, rows: readonly Row[]): void {
  it(sentence, async () => {
    const tally = createFaultTally(world, fault);
    for (const { it: way, content = pdf, then, ...attempt } of rows) {
      const outcome = await tally.send({ content, ...attempt });
      expect({ way, ...outcome }).toMatchObject({ way, ...then });
    }
    tally.report();
  });
}

const ok = ['HTTP/1.1 200 OK', 'Content-Type: application/pdf'];
const announced = [...ok, `Content-Length: ${pdf.length}`];
const chunk = (bytes: Buffer | string) => {
  const content = Buffer.from(bytes);
  return Buffer.concat([Buffer.from(`${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')]);
};
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const inChunks = (sizeBytes: number) =>
  Array.from({ length: Math.ceil(pdf.length / sizeBytes) }, (_, index) =>
    chunk(pdf.subarray(index * sizeBytes, (index + 1) * sizeBytes)),
  );
const chunked = [...ok, 'Transfer-Encoding: chunked'];
const impatient = { idleMs: 150 };
const withEtag = (head: string[]) => [...head, `ETag: ${ETAG}`];
const honest = serve(pdf, { etag: ETAG });

describe('a document of no announced length', () => {
  checkFault('no length', 'is archived when it ends as it should', [
    ...[1000, 8 * KIB, pdf.length].map((sizeBytes) => ({
      it: `in chunks of ${sizeBytes}`,
      storage: [sendRaw({ head: chunked, body: Buffer.concat([...inChunks(sizeBytes), LAST_CHUNK]) })],
      then: archived,
    })),
    { it: 'until the connection ends', storage: [sendRaw({ head: ok, body: pdf })], then: archived },
    { it: 'empty', storage: [sendRaw({ head: chunked, body: LAST_CHUNK })], content: Buffer.alloc(0), then: archived },
    { it: 'of the vendor', vendor: [sendRaw({ head: ok, body: pdf })], then: archived },
  ]);

  const cutBodies = [
    Buffer.alloc(0),
    ...inChunks(8 * KIB).map((_, index, all) => Buffer.concat(all.slice(0, index + 1))),
    Buffer.concat([...inChunks(8 * KIB), Buffer.from('0\r')]),
    chunk(pdf).subarray(0, 5000),
  ];
  checkFault('no length, cut in the middle', 'is never taken for whole before its end', [
    ...cutBodies.map((body, index) => ({
      it: `cut ${index}`,
      storage: [sendRaw({ head: chunked, body })],
      then: later('connection_failed'),
    })),
    ...cutBodies.slice(0, -2).map((body, index) => ({
      it: `cut ${index}, with a strong ETag`,
      storage: [sendRaw({ head: withEtag(chunked), body }), honest],
      then: archived,
    })),
    {
      it: 'a chunk of no length at all',
      storage: [sendRaw({ head: chunked, body: 'xyz\r\n%PDF-' })],
      then: later('connection_failed'),
    },
    {
      it: 'a chunk longer than it says',
      storage: [sendRaw({ head: chunked, body: '2\r\n%PDF-\r\n0\r\n\r\n' })],
      then: later('connection_failed'),
    },
  ]);
});

describe('a source that takes its time', () => {
  checkFault('slow drip', 'is waited for as long as something comes', [
    {
      it: '64 bytes a millisecond',
      storage: [sendRaw({ head: announced, body: pdf, bytesPerMs: 640 })],
      options: impatient,
      then: archived,
    },
    {
      it: 'byte by byte',
      content: pdf.subarray(0, 300),
      storage: [sendRaw({ head: [...ok, 'Content-Length: 300'], body: pdf.subarray(0, 300), bytesPerMs: 1 })],
      options: impatient,
      then: archived,
    },
    {
      it: 'until the time of the invocation is up',
      storage: [sendRaw({ head: announced, body: pdf, bytesPerMs: 1 })],
      options: { remainingMs: [15_150, 900_000] },
      then: later('deadline'),
    },
  ]);

  const hangs = (then: Partial<Outcome>, options: ReceiveOptions): Row[] => {
    const chunks = Buffer.concat(inChunks(8 * KIB));
    return [
      { it: 'before the headers', storage: ['silence'], options, then },
      {
        it: 'in the status line',
        storage: [sendRaw({ head: ['HTTP/1.1 2'], isHeadOpen: true, then: 'hang' })],
        options,
        then,
      },
      {
        it: 'in the headers',
        storage: [sendRaw({ head: announced, isHeadOpen: true, then: 'hang' })],
        options,
        then,
      },
      { it: 'after the headers', storage: [sendRaw({ head: announced, then: 'hang' })], options, then },
      {
        it: 'in the body',
        storage: [sendRaw({ head: announced, body: pdf.subarray(0, 9), then: 'hang' })],
        options,
        then,
      },
      {
        it: 'before the last byte',
        storage: [sendRaw({ head: announced, body: pdf.subarray(0, -1), then: 'hang' })],
        options,
        then,
      },
      {
        it: 'after the last byte, without an end',
        storage: [sendRaw({ head: chunked, body: chunks, then: 'hang' })],
        options,
        then,
      },
      { it: 'before the headers of the vendor', vendor: ['silence'], options, then },
      {
        it: 'in the headers of the vendor',
        vendor: [sendRaw({ head: ok, isHeadOpen: true, then: 'hang' })],
        options,
        then,
      },
      {
        it: 'in the JSON of the vendor',
        vendor: [
          sendRaw({
            head: ['HTTP/1.1 200 OK', 'Content-Type: application/json', 'Content-Length: 99'],
            body: '{"down',
            then: 'hang',
          }),
        ],
        options,
        then,
      },
      {
        it: 'in the bytes of the vendor',
        vendor: [sendRaw({ head: announced, body: pdf.subarray(0, 9), then: 'hang' })],
        options,
        then,
      },
    ];
  };
  checkFault('hangs', 'is left when nothing comes for too long', hangs(later('idle_timeout'), impatient));
  checkFault(
    'hangs until the deadline',
    'is left when the time of the invocation is up',
    hangs(later('deadline'), { remainingMs: [15_100, 900_000] }),
  );
  checkFault('hangs, strong ETag', 'is asked for the rest where it can give one', [
    ...[0, 1, 9, 64 * KIB, pdf.length - 1].map((bytes) => ({
      it: `after ${bytes} bytes`,
      storage: [sendRaw({ head: withEtag(announced), body: pdf.subarray(0, bytes), then: 'hang' }), honest],
      options: impatient,
      then: archived,
    })),
    {
      it: 'after the last byte, without an end',
      storage: [
        sendRaw({ head: withEtag(chunked), body: Buffer.concat(inChunks(8 * KIB)), then: 'hang' }),
        honest,
        honest,
      ],
      options: impatient,
      then: archived,
    },
    {
      it: 'after the last byte that was announced',
      storage: [sendRaw({ head: announced, body: pdf, then: 'hang' })],
      options: impatient,
      then: archived,
    },
  ]);
});

describe('a redirect', () => {
  const to = (location: string): Script => ({ status: 302, headers: { location } });
  checkFault('redirect loop', 'in a circle is given up', [
    { it: 'to itself', storage: [redirect('stored.pdf')], then: failed('too_many_redirects') },
    {
      it: 'to and fro',
      storage: [redirect('a'), redirect('b'), redirect('a'), redirect('b')],
      then: failed('too_many_redirects'),
    },
    {
      it: 'in the middle of the download',
      storage: [serve(pdf, { etag: ETAG, dropAfter: 9 }), redirect('a')],
      then: failed('too_many_redirects'),
    },
  ]);
  checkFault('redirect to a forbidden place', 'to a host that is not allowed is given up', [
    ...[
      'http://bucket.s3.amazonaws.com/plain-http',
      'https://bucket.s3.amazonaws.com:8443/another-port',
      'https://bucket.s3.amazonaws.com.evil.example/',
      'https://amazonaws.com@evil.example/',
      'https://169.254.169.254/latest/meta-data/',
      'http://[::1]/',
      'ftp://bucket.s3.amazonaws.com/',
      'file:///etc/passwd',
      'data:application/pdf,%25PDF-1.7',
      'javascript:1',
    ].flatMap((location): Row[] => [
      { it: location, storage: [to(location)], then: failed('url_forbidden') },
      { it: `${location} of the vendor`, vendor: [to(location)], then: failed('url_forbidden') },
      {
        it: `${location} in the JSON of the vendor`,
        vendor: [link({ download_url: location })],
        then: failed('url_forbidden'),
      },
      {
        it: `${location} in the middle`,
        storage: [serve(pdf, { etag: ETAG, dropAfter: 9 }), to(location)],
        then: failed('url_forbidden'),
      },
    ]),
    { it: 'to no URL', storage: [to('https://')], then: failed('url_invalid') },
  ]);
});

describe('an encoding that nobody asked for', () => {
  const encodings: [name: string, encode: (content: Buffer) => Buffer][] = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ];
  const encoded = (encoding: string, body: Buffer): Script => ({
    headers: { 'content-encoding': encoding, 'content-length': body.length, etag: ETAG },
    body,
  });
  checkFault(
    'encoded',
    'is decoded',
    encodings.flatMap(([name, encode]): Row[] => [
      { it: name, storage: [encoded(name, encode(pdf))], then: archived },
      { it: `${name} in capitals`, storage: [encoded(name.toUpperCase(), encode(pdf))], then: archived },
      {
        it: `${name} of nothing`,
        content: Buffer.alloc(0),
        storage: [encoded(name, encode(Buffer.alloc(0)))],
        then: archived,
      },
    ]),
  );
  checkFault(
    'encoded and cut',
    'is never taken for whole before its end',
    encodings.flatMap(([name, encode]): Row[] => {
      const body = encode(pdf);
      return [1, 10, Math.floor(body.length / 2), body.length - 1].flatMap((bytes): Row[] => [
        {
          it: `${name} after ${bytes} bytes, as if that were all`,
          storage: [encoded(name, body.subarray(0, bytes))],
          then: { settled: 'back in 30 s', status: 'PENDING' },
        },
        {
          it: `${name} after ${bytes} bytes`,
          storage: [{ ...(encoded(name, body) as object), dropAfter: bytes }],
          then: { settled: 'back in 30 s', status: 'PENDING' },
        },
      ]);
    }),
  );
  checkFault(
    'encoded and broken',
    'is tried later when it cannot be decoded',
    [
      ...encodings.map(([name]): [string, Buffer] => [name, pdf]),
      ['deflate', deflateRawSync(pdf)] as [string, Buffer],
      ['gzip', Buffer.from(gzipSync(pdf).map((byte, at, all) => (at === all.length - 6 ? byte ^ 1 : byte)))] as [
        string,
        Buffer,
      ],
      ['gzip, br', gzipSync(pdf)] as [string, Buffer],
      ['__proto__', pdf] as [string, Buffer],
      ['constructor', pdf] as [string, Buffer],
    ].map(([name, body]) => ({
      it: name,
      storage: [encoded(name, body)],
      then: { settled: 'back in 30 s', status: 'PENDING' },
    })),
  );
  checkFault(
    'decompression bomb',
    'is given up once it is larger than allowed',
    encodings.map(([name, encode]) => ({
      it: name,
      storage: [encoded(name, encode(Buffer.alloc(64 * MIB, '%PDF-')))],
      options: { maxDocumentBytes: MIB },
      then: failed('too_large'),
    })),
  );
  checkFault('decompression bomb of the vendor', 'is given up in the JSON of the vendor, too', [
    {
      it: 'JSON',
      vendor: [
        {
          headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
          body: gzipSync(Buffer.alloc(64 * MIB, ' ')),
        },
      ],
      then: failed('too_large'),
    },
  ]);
});

describe('an error page with status 200', () => {
  const pages = [
    '<!DOCTYPE html><html><body>Sign in</body></html>',
    '\uFEFF\n\n<!doctype HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">',
    '<?xml version="1.0"?><!-- x --><html xmlns="http://www.w3.org/1999/xhtml">',
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
    '{"detail":"Not authenticated"}',
    '{"message":"Forbidden"}',
  ];
  checkFault(
    'error page with status 200',
    'is never archived, however it comes',
    pages.flatMap((page): Row[] => {
      const head = ['HTTP/1.1 200 OK', 'Content-Type: application/pdf'];
      const length = `Content-Length: ${Buffer.byteLength(page)}`;
      return [
        {
          it: `${page} at once`,
          storage: [sendRaw({ head: [...head, length], body: page })],
          then: later('content_mismatch'),
        },
        {
          it: `${page} byte by byte`,
          storage: [sendRaw({ head: [...head, length], body: page, bytesPerMs: 1 })],
          then: later('content_mismatch'),
        },
        {
          it: `${page} in chunks`,
          storage: [
            sendRaw({
              head: [...head, 'Transfer-Encoding: chunked'],
              body: Buffer.concat([...Array.from(page, chunk), LAST_CHUNK]),
            }),
          ],
          then: later('content_mismatch'),
        },
        {
          it: `${page} encoded`,
          storage: [{ headers: { 'content-encoding': 'gzip' }, body: gzipSync(page) }],
          then: later('content_mismatch'),
        },
        {
          it: `${page} of the vendor`,
          vendor: [sendRaw({ head: [...head, length], body: page })],
          then: later('content_mismatch'),
        },
      ];
    }),
  );
});

describe('an answer that is far too long', () => {
  const lines = Array.from({ length: 10_000 }, (_, number) => `X-${number}: ${'x'.repeat(1024)}`);
  const nest = (depth: number, [open, middle, close]: [string, string, string]) =>
    `${open.repeat(depth)}${middle}${close.repeat(depth)}`;
  const asJson = (body: string): Answer => ({ headers: { 'content-type': 'application/json' }, body });
  const small = 60_000;

  checkFault('10 MB of headers', 'in its headers is given up', [
    { it: 'of the storage host', storage: [sendRaw({ head: [...ok, ...lines] })], then: failed('headers_too_large') },
    {
      it: 'in one line',
      storage: [sendRaw({ head: [...ok, `X: ${'x'.repeat(10 * MIB)}`] })],
      then: failed('headers_too_large'),
    },
    { it: 'of the vendor', vendor: [sendRaw({ head: [...ok, ...lines] })], then: failed('headers_too_large') },
    {
      it: 'with a refusal of the vendor',
      vendor: [sendRaw({ head: ['HTTP/1.1 503 Unavailable', ...lines] })],
      then: failed('headers_too_large'),
    },
  ]);
  checkFault('10 MB of JSON', 'in the JSON of the vendor is given up', [
    { it: 'in the name', vendor: [link({ file_name: 'x'.repeat(10 * MIB) })], then: failed('too_large') },
    { it: 'white space', vendor: [asJson(' '.repeat(10 * MIB))], then: failed('too_large') },
    { it: 'without an end', vendor: [asJson(`{"a":"${'x'.repeat(10 * MIB)}`)], then: failed('too_large') },
    {
      it: 'with a refusal, where nobody reads it',
      vendor: [{ status: 503, body: 'x'.repeat(10 * MIB) }],
      then: later('server_error'),
    },
  ]);
  checkFault('deeply nested JSON', 'in its depth is no answer', [
    { it: 'arrays', vendor: [asJson(nest(500_000, ['[', '', ']']))], then: failed('invalid_answer') },
    { it: 'open arrays', vendor: [asJson('['.repeat(MIB))], then: failed('invalid_answer') },
    { it: 'objects', vendor: [asJson(nest(small, ['{"a":', '1', '}']))], then: failed('invalid_answer') },
    {
      it: 'in the link',
      vendor: [asJson(`{"download_url":${nest(small, ['{"a":', '1', '}'])}}`)],
      then: failed('invalid_answer'),
    },
    {
      it: 'in the name, which it can do without',
      vendor: [
        ({ taskId, storageUrl }) =>
          asJson(`{"download_url":"${storageUrl}/${taskId}/x","file_name":${nest(small, ['[', '', ']'])}}`),
      ],
      then: archived,
    },
    {
      it: 'in a field that nobody knows',
      vendor: [
        ({ taskId, storageUrl }) =>
          asJson(`{"download_url":"${storageUrl}/${taskId}/x","new":${nest(small, ['[', '', ']'])}}`),
      ],
      then: archived,
    },
    {
      it: 'under a name of the prototype',
      vendor: [asJson('{"__proto__":{"download_url":"x"}}')],
      then: failed('invalid_answer'),
    },
  ]);
});

describe('an answer that was not asked for', () => {
  checkFault('unasked status', 'is tried later', [
    {
      it: '206',
      storage: [{ status: 206, headers: { 'content-range': `bytes 0-${pdf.length - 1}/${pdf.length}` }, body: pdf }],
      then: later('source_changed'),
    },
    {
      it: '206 of a part',
      storage: [{ status: 206, headers: { 'content-range': 'bytes 5-9/10' }, body: '12345' }],
      then: later('source_changed'),
    },
    { it: '304', storage: [{ status: 304, headers: { etag: ETAG } }], then: later('unexpected_status') },
    { it: '416', storage: [{ status: 416, headers: { 'content-range': 'bytes */0' } }], then: later('source_changed') },
    { it: '412', storage: [{ status: 412 }], then: later('source_changed') },
    ...[201, 202, 203, 204, 205, 207, 226, 299].map((status) => ({
      it: String(status),
      storage: [{ status, body: status === 204 || status === 205 ? '' : pdf }],
      then: later('unexpected_status'),
    })),
    ...[204, 206, 304].map((status) => ({
      it: `${status} of the vendor`,
      vendor: [{ status }],
      then: later('unexpected_status'),
    })),
  ]);
  checkFault('no HTTP', 'is tried later when it is no HTTP', [
    ...[
      ['rubbish', ['%PDF-1.7 and no header at all']],
      ['a TLS alert', ['\x15\x03\x01\x00\x02\x02\x46']],
      ['no version', ['200 OK', `Content-Length: ${pdf.length}`]],
      ['a length below nothing', [...ok, 'Content-Length: -5']],
      ['a length of no digits', [...ok, 'Content-Length: five']],
      ['two lengths', [...ok, 'Content-Length: 5', 'Content-Length: 6']],
      ['a length and chunks', [...announced, 'Transfer-Encoding: chunked']],
      ['a space in the name of a header', [...ok, 'Content Length: 5']],
      ['a header without a colon', [...ok, 'nonsense']],
      ['an endless length', [...ok, `Content-Length: ${'9'.repeat(30)}`]],
    ].map(([name, head]) => ({
      it: name as string,
      storage: [sendRaw({ head: head as string[], body: pdf })],
      then: later('connection_failed'),
    })),
    {
      it: 'nothing but interim answers',
      storage: [sendRaw({ head: ['HTTP/1.1 103 Early Hints'] })],
      then: later('connection_failed'),
    },
  ]);
  checkFault('interim answers', 'does no harm when the real one follows', [
    {
      it: '100 and 103',
      storage: [
        sendRaw({
          head: ['HTTP/1.1 100 Continue', '', 'HTTP/1.1 103 Early Hints', 'Link: <x>', '', ...announced],
          body: pdf,
        }),
      ],
      then: archived,
    },
  ]);
});

it('tries later when the deadline comes in JSON of no announced length', async () => {
  const tally = createFaultTally(world, 'hangs until the deadline in JSON without a length');
  const head = ['HTTP/1.1 200 OK', 'Content-Type: application/json'];
  const vendor = [sendRaw({ head, body: '{"down', then: 'hang' })];
  const outcome = await tally.send({ content: pdf, vendor, options: { remainingMs: [15_800, 900_000] } });

  expect(outcome).toMatchObject(later('deadline'));
  tally.report();
});

it.each(['vendor', 'storage'])('answers when the %s switches protocols', async (place) => {
  const tally = createFaultTally(world, `the ${place} switches protocols`);
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: x', 'Connection: Upgrade'];
  const outcome = await tally.send({ content: pdf, [place]: [sendRaw({ head })] });

  expect(outcome).toMatchObject(later('connection_failed'));
  tally.report();
});
