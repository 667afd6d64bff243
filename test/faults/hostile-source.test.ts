import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type ArchiveWorld, startArchiveWorld } from '../support/archive-world.ts';
import { createFaultTally } from '../support/fault-tally.ts';
import { sendRaw, serveRest, serveWhole } from '../support/hostile-answers.ts';
import { link, type Script, serve } from '../support/scripted-server.ts';

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

function createDocument(sizeBytes: number, fill: string): Buffer {
  const content = Buffer.alloc(sizeBytes, `%PDF-1.7 ${fill} `);
  // No two places are alike, so that bytes in the wrong place are seen.
  for (let at = 64; at + 4 <= sizeBytes; at += 1021) content.writeUInt32BE(at, at);
  return content;
}

const small = createDocument(200 * KIB + 77, 'small');
/** Over the threshold of 24 MiB: it goes in parts of 8 MiB. */
const large = createDocument(25 * MIB + 1, 'large');

const around = (bytes: number) => [bytes - 1, bytes, bytes + 1];
const drawOffsets = (sizeBytes: number, count: number) =>
  fc.sample(fc.integer({ min: 2, max: sizeBytes - 2 }), { seed: jest.getSeed(), numRuns: count });

const smallCuts = [0, 1, ...around(64 * KIB), ...around(128 * KIB), small.length - 1, ...drawOffsets(small.length, 12)];
const largeCuts = [
  0,
  64 * KIB,
  ...[8, 16, 24].flatMap((mebibytes) => around(mebibytes * MIB)),
  large.length - 1,
  ...drawOffsets(large.length, 2),
];

type Cut = { content: Buffer; cutAfter: number };
const cutsOf = (content: Buffer, offsets: readonly number[]): Cut[] =>
  offsets.map((cutAfter) => ({ content, cutAfter }));
const smallOnly = cutsOf(small, smallCuts);
const cuts = [...smallOnly, ...cutsOf(large, largeCuts)];
const fewCuts = [...smallOnly, ...cutsOf(large, [8 * MIB, 24 * MIB + 1])];

const rangeOf = (offset: number) => (offset > 0 ? `bytes=${offset}-` : 'none');
const archived = { settled: 'acknowledged', status: 'ARCHIVED' };
const later = (error: string) => ({ settled: 'back in 30 s', status: 'PENDING', error });

describe('a download that is cut off anywhere', () => {
  it('goes on at the very byte, under a strong ETag', async () => {
    const tally = createFaultTally(world, 'download cut, strong ETag');
    for (const { content, cutAfter } of cuts) {
      const storage = [serve(content, { etag: ETAG, dropAfter: cutAfter }), serve(content, { etag: ETAG })];
      const outcome = await tally.send({ content, storage });
      expect(outcome).toMatchObject({ ...archived, ranges: ['none', rangeOf(cutAfter)] });
    }
    tally.report();
  });

  it('is tried later without an ETag', async () => {
    const tally = createFaultTally(world, 'download cut, no ETag');
    for (const { content, cutAfter } of fewCuts) {
      const outcome = await tally.send({ content, storage: [serve(content, { dropAfter: cutAfter })] });
      expect(outcome).toMatchObject({ ...later('connection_failed'), ranges: ['none'] });
    }
    tally.report();
  });

  it('begins again where the source knows no ranges', async () => {
    const tally = createFaultTally(world, 'download cut, no ranges');
    for (const { content, cutAfter } of fewCuts) {
      const storage = [serveWhole(content, { etag: ETAG, dropAfter: cutAfter }), serveWhole(content, { etag: ETAG })];
      const outcome = await tally.send({ content, storage });
      // Nothing has come yet: what begins at the first byte needs no range.
      const ranges = cutAfter === 0 ? ['none', 'none'] : ['none', rangeOf(cutAfter), 'none'];
      expect(outcome).toMatchObject({ ...archived, ranges });
    }
    tally.report();
  });

  it('leaves nothing wrong behind when the connection is reset', async () => {
    const tally = createFaultTally(world, 'connection reset');
    for (const { content, cutAfter } of smallOnly) {
      const head = ['HTTP/1.1 200 OK', `ETag: ${ETAG}`, `Content-Length: ${content.length}`];
      const cut = sendRaw({ head, body: content.subarray(0, cutAfter), then: 'reset' });
      await tally.send({ content, storage: [cut, serve(content, { etag: ETAG })] });
    }
    tally.report();
  });

  it('begins again when the document is another one by then', async () => {
    const tally = createFaultTally(world, 'ETag changed in mid-download');
    for (const { content, cutAfter } of fewCuts) {
      const old = createDocument(content.length, 'old');
      const storage = [serve(old, { etag: ETAG, dropAfter: cutAfter }), serve(content, { etag: '"v2"' })];
      expect(await tally.send({ content, storage })).toMatchObject({ ...archived, asked: { storage: 3 } });
    }
    tally.report();
  });

  it('begins again when the document has another length by then, under the same ETag', async () => {
    const tally = createFaultTally(world, 'length changed in mid-download');
    for (const { content, cutAfter } of fewCuts) {
      const old = createDocument(content.length + 5, 'old');
      const storage = [serve(old, { etag: ETAG, dropAfter: cutAfter }), serve(content, { etag: ETAG })];
      expect(await tally.send({ content, storage })).toMatchObject({ ...archived, asked: { storage: 3 } });
    }
    tally.report();
  });

  it('goes on behind a new link when the old one ran out', async () => {
    const tally = createFaultTally(world, 'link ran out in mid-download');
    for (const { content, cutAfter } of fewCuts) {
      const storage = [
        serve(content, { etag: ETAG, dropAfter: cutAfter }),
        { status: 403 },
        serve(content, { etag: ETAG }),
      ];
      const ranges = ['none', rangeOf(cutAfter), rangeOf(cutAfter)];
      expect(await tally.send({ content, storage })).toMatchObject({ ...archived, asked: { vendor: 2 }, ranges });
    }
    tally.report();
  });

  it('begins again behind a new link that leads to another document', async () => {
    const tally = createFaultTally(world, 'another document behind the new link');
    for (const { content, cutAfter } of fewCuts) {
      const old = createDocument(content.length, 'old');
      const storage: Script[] = [
        serve(old, { etag: ETAG, dropAfter: cutAfter }),
        { status: 403 },
        serve(content, { etag: '"v2"' }),
      ];
      expect(await tally.send({ content, storage })).toMatchObject({ ...archived, asked: { vendor: 2, storage: 4 } });
    }
    tally.report();
  });

  it('is tried later when the new link has run out as well', async () => {
    const tally = createFaultTally(world, 'link ran out twice in mid-download');
    for (const { content, cutAfter } of fewCuts) {
      const storage: Script[] = [serve(content, { etag: ETAG, dropAfter: cutAfter }), { status: 403 }];
      const outcome = await tally.send({ content, storage });
      expect(outcome).toMatchObject({ ...later('link_refused'), asked: { vendor: 2, storage: 3 } });
    }
    tally.report();
  });
});

describe('a download that is cut off again and again', () => {
  it('is archived as long as a megabyte comes between the cuts', async () => {
    const tally = createFaultTally(world, 'download cut 25 times');
    for (const bytes of [MIB, MIB + 1]) {
      expect(
        await tally.send({ content: large, storage: [serve(large, { etag: ETAG, dropAfter: bytes })] }),
      ).toMatchObject(archived);
    }
    tally.report();
  });

  it('is given up until later when hardly anything comes between the cuts', async () => {
    const tally = createFaultTally(world, 'download cut for ever');
    for (const bytes of [0, 1, 1000, 49_000]) {
      const outcome = await tally.send({ content: small, storage: [serve(small, { etag: ETAG, dropAfter: bytes })] });
      expect(outcome).toMatchObject({ ...later('connection_failed'), asked: { vendor: 1, storage: 4 } });
    }
    tally.report();
  });
});

describe('an answer to the rest of a document', () => {
  const total = small.length;
  const from = 1000;
  const rest = total - from;
  const wrongRests: [name: string, answer: Script][] = [
    ['no Content-Range', serveRest(small, { etag: ETAG, 'content-length': rest })],
    ...[
      `bytes ${from + 1}-${total - 1}/${total}`,
      `bytes ${from - 1}-${total - 1}/${total}`,
      `bytes 0-${total - 1}/${total}`,
      `bytes ${from}-${total - 2}/${total}`,
      `bytes ${from}-${total}/${total}`,
      `bytes ${from}-${total - 1}/${total + 1}`,
      `bytes ${from}-${total - 1}/*`,
      `bytes */${total}`,
      `items ${from}-${total - 1}/${total}`,
      `bytes ${from}-${total - 1}/${'9'.repeat(400)}`,
      `bytes -${from}-${total - 1}/${total}`,
      `bytes 1e3-${total - 1}/${total}`,
      'rubbish',
    ].map((range): [string, Script] => [
      `Content-Range: ${range.slice(0, 40)}`,
      serveRest(small, { etag: ETAG, 'content-range': range }),
    ]),
    ['another ETag', serveRest(small, { etag: '"v2"', 'content-range': `bytes ${from}-${total - 1}/${total}` })],
    ['a weak ETag', serveRest(small, { etag: `W/${ETAG}`, 'content-range': `bytes ${from}-${total - 1}/${total}` })],
    ['no ETag', serveRest(small, { 'content-range': `bytes ${from}-${total - 1}/${total}` })],
    ['416', { status: 416, headers: { 'content-range': `bytes */${from}` } }],
    ['412', { status: 412 }],
    ['200', serveWhole(small, { etag: ETAG })],
    [
      'bytes in an encoding',
      serveRest(small, {
        etag: ETAG,
        'content-encoding': 'gzip',
        'content-range': `bytes ${from}-${total - 1}/${total}`,
      }),
    ],
  ];

  it('that is not the rest is not used: the document is begun again', async () => {
    const tally = createFaultTally(world, 'wrong answer to a Range');
    for (const [name, answer] of wrongRests) {
      const storage = [serve(small, { etag: ETAG, dropAfter: from }), answer, serve(small, { etag: '"v3"' })];
      const outcome = await tally.send({ content: small, storage });
      expect({ name, ...outcome }).toMatchObject({ name, ...archived, ranges: ['none', rangeOf(from), 'none'] });
    }
    tally.report();
  });

  const header = [
    'HTTP/1.1 206 Partial Content',
    `ETag: ${ETAG}`,
    `Content-Range: bytes ${from}-${total - 1}/${total}`,
  ];
  const unevenRests: [name: string, answer: Script][] = [
    [
      'fewer bytes than its range says',
      sendRaw({ head: [...header, `Content-Length: ${rest - 3}`], body: small.subarray(from, total - 3) }),
    ],
    [
      'more bytes than its range says',
      sendRaw({ head: [...header, `Content-Length: ${rest + 3}`], body: `${small.toString('latin1', from)}xyz` }),
    ],
    ['no bytes', sendRaw({ head: [...header, 'Content-Length: 0'] })],
    ['304', { status: 304 }],
    ['204', { status: 204 }],
    ['500', { status: 500 }],
    ['a redirect to a host that is not allowed', { status: 302, headers: { location: 'https://evil.example/' } }],
  ];

  it('that has another length, or nothing, never ends in other bytes than the document has', async () => {
    const tally = createFaultTally(world, 'useless answer to a Range');
    for (const [name, answer] of unevenRests) {
      const storage = [serve(small, { etag: ETAG, dropAfter: from }), answer, serve(small, { etag: ETAG })];
      const outcome = await tally.send({ content: small, storage });
      expect({ name, status: outcome.status }).toEqual({ name, status: expect.stringMatching(/ARCH|PEND|FAIL/) });
    }
    tally.report();
  });
});

it('takes what was announced, and nothing that comes after it', async () => {
  const tally = createFaultTally(world, 'more bytes than announced');
  for (const extra of ['x', '\0'.repeat(100_000), 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil']) {
    for (const content of [small, createDocument(10, 'tiny')]) {
      const head = ['HTTP/1.1 200 OK', `Content-Length: ${content.length}`];
      const body = Buffer.concat([content, Buffer.from(extra)]);
      const outcome = await tally.send({ content, storage: [sendRaw({ head, body })] });
      expect(outcome).toMatchObject(archived);
    }
  }
  tally.report();
});

it('asks the vendor only once for each link', async () => {
  const tally = createFaultTally(world, 'link ran out at once');
  const vendor = [link({ path: 'old.pdf' }), link({ path: 'new.pdf' })];
  const outcome = await tally.send({ content: small, vendor, storage: [{ status: 403 }, serve(small)] });
  expect(outcome).toMatchObject({ ...archived, asked: { vendor: 2, storage: 2 } });
  tally.report();
});
