import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AnswerRow, checkAnswer, pdf } from '../support/answer-row.ts';
import { type ArchiveWorld, startArchiveWorld } from '../support/archive-world.ts';
import { link, redirect, serve, SIGNATURE } from '../support/scripted-server.ts';

let world: ArchiveWorld;
beforeAll(async () => {
  world = await startArchiveWorld();
});
afterAll(async () => {
  await world.close();
});

const ETAG = '"v1"';
const later = (error: string, then = 'back in 30 s') => ({ then, status: 'PENDING', error }) as const;
const failed = (error: string) => ({ then: 'acknowledged', status: 'FAILED', error }) as const;
const archived = { then: 'acknowledged', status: 'ARCHIVED', stored: [pdf] } as const satisfies Partial<AnswerRow>;

const refusals = [400, 403, 404, 410];
const outOfRange = { status: 416, headers: { 'content-range': 'bytes */5' } };
const noName = { file_name: undefined };

const answers: AnswerRow[] = [
  ...refusals.map((status) => ({
    it: `asks the vendor for a new URL, once, when the storage host answers ${status}`,
    vendor: [link({ path: 'old.pdf' }), link({ path: 'new.pdf' })],
    storage: [{ status, body: '<Error><Code>AccessDenied</Code></Error>' }, serve(pdf)],
    ...archived,
    asked: { vendor: 2, storage: 2 },
  })),
  ...refusals.map((status) => ({
    it: `tries later when the storage host answers ${status} again`,
    storage: [{ status }],
    ...later('link_refused'),
    asked: { vendor: 2, storage: 2 },
  })),
  {
    it: 'takes bytes for an answer where there was a URL before',
    vendor: [link(), { headers: { 'content-type': 'application/pdf' }, body: pdf }],
    storage: [{ status: 403 }],
    ...archived,
    asked: { vendor: 2, storage: 1 },
  },
  {
    it: 'does as the vendor says who has nothing any more when asked for a new URL',
    vendor: [link(), { status: 501 }],
    storage: [{ status: 403 }],
    ...later('not_available'),
    notReadyCount: 1,
  },
  {
    it: 'goes on where the connection was dropped',
    storage: [serve(pdf, { etag: ETAG, dropAfter: 10 }), serve(pdf, { etag: ETAG })],
    ...archived,
    record: { source_etag: ETAG },
    asked: { vendor: 1, storage: 2 },
  },
  {
    it: 'goes on where the storage host fell silent',
    storage: [serve(pdf, { etag: ETAG, stallAfter: 10 }), serve(pdf, { etag: ETAG })],
    options: { idleMs: 150 },
    ...archived,
  },
  {
    it: 'goes on with a new URL when the old one ran out in the middle',
    storage: [serve(pdf, { etag: ETAG, dropAfter: 10 }), { status: 403 }, serve(pdf, { etag: ETAG })],
    ...archived,
    asked: { vendor: 2, storage: 3 },
  },
  {
    it: 'begins again when the document is another one in the middle',
    storage: [serve(Buffer.alloc(40, 'old'), { etag: ETAG, dropAfter: 10 }), serve(pdf, { etag: '"v2"' })],
    ...archived,
    record: { source_etag: '"v2"' },
    asked: { vendor: 1, storage: 3 },
  },
  {
    it: 'begins again when the range is past the end of what is there now',
    storage: [serve(Buffer.alloc(40, 'old'), { etag: ETAG, dropAfter: 10 }), outOfRange, serve(pdf)],
    ...archived,
  },
  {
    it: 'begins again when the range is not the one that was asked for',
    storage: [
      serve(pdf, { etag: ETAG, dropAfter: 10 }),
      { status: 206, headers: { etag: ETAG, 'content-range': `bytes 0-4/${pdf.length}` }, body: pdf.subarray(0, 5) },
      serve(pdf),
    ],
    ...archived,
  },
  {
    it: 'begins again when a host without conditions has another document under the range',
    storage: [
      serve(Buffer.alloc(pdf.length, 'old'), { etag: ETAG, dropAfter: 10 }),
      {
        status: 206,
        headers: { etag: '"v2"', 'content-range': `bytes 10-${pdf.length - 1}/${pdf.length}` },
        body: pdf.subarray(10),
      },
      serve(pdf),
    ],
    ...archived,
  },
  {
    it: 'tries later when the document keeps changing',
    storage: [1, 2, 3, 4, 5, 6].map((version) => serve(pdf, { etag: `"v${version}"`, dropAfter: 10 })),
    ...later('source_changed'),
  },
  {
    it: 'tries later when a connection is dropped three times without a megabyte between them',
    storage: [serve(pdf, { etag: ETAG, dropAfter: 1 })],
    ...later('connection_failed'),
    asked: { vendor: 1, storage: 4 },
  },
  {
    it: 'tries later when the connection is dropped and the document has no strong ETag',
    storage: [serve(pdf, { headers: { etag: 'W/"v1"' }, dropAfter: 10 })],
    ...later('connection_failed'),
    asked: { storage: 1 },
  },
  { it: 'tries later when the storage host hangs up', storage: ['hang-up'], ...later('connection_failed') },
  {
    it: 'tries later when the storage host says nothing',
    storage: ['silence'],
    options: { idleMs: 150 },
    ...later('idle_timeout'),
  },
  {
    it: 'tries later when the storage host stops in the middle',
    storage: [serve(pdf, { stallAfter: 10 })],
    options: { idleMs: 150 },
    ...later('idle_timeout'),
  },
  ...[500, 502, 503].map((status) => ({
    it: `tries later when the storage host answers ${status}`,
    storage: [{ status, headers: { 'retry-after': '500' } }],
    ...later('server_error'),
    asked: { vendor: 1, storage: 1 },
  })),
  {
    it: 'waits as long as the storage host says with a 429',
    storage: [{ status: 429, headers: { 'retry-after': '100' } }],
    ...later('rate_limited', 'back in 100 s'),
  },
  ...[401, 405, 418].map((status) => ({
    it: `tries later when the storage host answers ${status}`,
    storage: [{ status }],
    ...later('unexpected_status'),
  })),
  {
    it: 'tries later when an encoding comes that nobody asked for',
    storage: [{ headers: { 'content-encoding': 'compress' }, body: pdf }],
    ...later('encoding_unknown'),
  },
  {
    it: 'follows three redirects',
    storage: [redirect('a', 301), redirect('b', 303), redirect('c', 308), serve(pdf)],
    ...archived,
    asked: { vendor: 1, storage: 4 },
  },
  {
    it: 'gives the fourth redirect up',
    storage: [redirect()],
    ...failed('too_many_redirects'),
    asked: { vendor: 1, storage: 4 },
  },
  {
    it: 'counts a redirect of the vendor with those of the storage host',
    vendor: [redirect()],
    storage: [redirect()],
    ...failed('too_many_redirects'),
    asked: { vendor: 1, storage: 3 },
  },
  {
    it: 'gives a redirect to a host up that is not allowed',
    storage: [{ status: 302, headers: { location: `https://evil.example/?${SIGNATURE}` } }],
    ...failed('url_forbidden'),
  },
  {
    it: 'gives a redirect to a host up that is allowed, but at a private address',
    storage: [{ status: 302, headers: { location: `https://localhost/?${SIGNATURE}` } }],
    ...failed('url_forbidden'),
  },
  { it: 'tries later when a redirect leads nowhere', storage: [{ status: 302 }], ...later('unexpected_status') },
  {
    it: 'gives a document up that is announced as too large, without waiting for it',
    storage: [serve(Buffer.alloc(2000, '%PDF-'), { stallAfter: 1 })],
    options: { maxDocumentBytes: 1999 },
    ...failed('too_large'),
  },
  {
    it: 'gives a document up that turns out too large',
    storage: [{ body: Buffer.alloc(2000, '%PDF-') }],
    options: { maxDocumentBytes: 1999 },
    ...failed('too_large'),
  },
  {
    it: 'gives bytes of the vendor up that are too large',
    vendor: [{ headers: { 'content-type': 'application/pdf' }, body: Buffer.alloc(2000, '%PDF-') }],
    options: { maxDocumentBytes: 1999 },
    ...failed('too_large'),
  },
  {
    it: 'takes a document that is exactly as large as allowed',
    options: { maxDocumentBytes: pdf.length },
    ...archived,
  },
  {
    it: 'gives an answer with more than 16 KiB of headers up',
    storage: [{ headers: { 'x-long': 'x'.repeat(17_000) } }],
    ...failed('headers_too_large'),
  },
  {
    it: 'names a document as the Content-Disposition says where the vendor names none',
    vendor: [link(noName)],
    storage: [
      serve(pdf, {
        headers: { 'content-disposition': `attachment; filename="a.pdf"; filename*=UTF-8''Vertr%C3%A4ge.pdf` },
      }),
    ],
    ...archived,
    record: { file_name: 'Verträge.pdf', key: expect.stringMatching(/\/steps\/step\/Verträge\.pdf$/) },
  },
  {
    it: "names a document as the last segment of the URL's path where nobody names it",
    vendor: [link({ ...noName, path: 'folder/NDA%20v2.pdf' })],
    ...archived,
    record: { file_name: 'NDA v2.pdf' },
  },
  {
    it: 'names a document "document" where even the path has no name',
    vendor: [link({ ...noName, path: 'folder/' })],
    ...archived,
    record: { file_name: 'document', key: expect.stringMatching(/\/steps\/step\/document$/) },
  },
  {
    it: 'takes a name for none that is no text',
    vendor: [link({ file_name: 17, path: 'x.pdf' })],
    ...archived,
    record: { file_name: 'x.pdf' },
  },
  {
    it: 'keeps 4 KiB of a name at most',
    vendor: [link({ file_name: 'ü'.repeat(5000) })],
    ...archived,
    record: { file_name: 'ü'.repeat(2048) },
  },
];

describe('an answer of the storage host', () => {
  it.each(answers)('$it', async (row) => {
    await checkAnswer(world, row);
  });
});

it('asks for the rest only, of the very same version, with every new URL', async () => {
  const storage = [serve(pdf, { etag: ETAG, dropAfter: 10 }), { status: 403 }, serve(pdf, { etag: ETAG })];
  const taskId = await checkAnswer(world, { it: 'goes on', storage, ...archived });

  const [first, ...rest] = world.storage.listRequests(taskId).map(({ headers }) => headers);
  expect(first).not.toHaveProperty('range');
  expect(first).toMatchObject({ 'accept-encoding': 'identity' });
  expect(rest).toHaveLength(2);
  for (const headers of rest) expect(headers).toMatchObject({ range: 'bytes=10-', 'if-match': ETAG });
});

it('sends those back unasked who had not had their turn when the storage host asked for quiet', async () => {
  const taskIds = [1, 2, 3].map(() => world.createTaskId());
  const [hurried, held, braked] = taskIds as [string, string, string];
  world.vendor.script(hurried, [link()]);
  world.storage.script(hurried, [{ status: 429, headers: { 'retry-after': '100' } }]);
  world.vendor.script(held, ['silence']);
  world.vendor.script(braked, [link()]);
  const receipts = taskIds.map((taskId) => ({ body: { task_id: taskId, step_id: 'step' } }));
  const { settled } = await world.receive(receipts, { idleMs: 250 });

  expect(settled).toEqual(['back in 100 s', 'back in 30 s', 'back in 100 s']);
  expect(world.vendor.listRequests(braked)).toEqual([]);
});
