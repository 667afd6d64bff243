import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutIntoParts } from '../../lib/cut-into-parts.ts';
import { createDigest, encodeCrc32 } from '../../lib/digest.ts';
import { peekFirst } from '../../lib/peek-first.ts';
import { readLimited } from '../../lib/read-limited.ts';

async function* stream(chunks: readonly (Uint8Array | string)[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function collect(bytes: AsyncIterable<Buffer>) {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return chunks;
}

const sizeOf = fc.integer({ min: 1, max: 50 });
const chunksOf = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

describe('cutIntoParts', () => {
  it('keeps every byte, in parts that are full but for the last, and none empty', async () => {
    await fc.assert(
      fc.asyncProperty(chunksOf, sizeOf, sizeOf, async (chunks, firstBytes, partBytes) => {
        const takeFirst = () => Buffer.alloc(firstBytes);
        const watched: Buffer[] = [];
        const watch = (chunk: Buffer) => void watched.push(chunk);
        const take = () => Buffer.alloc(partBytes);
        const parts = await collect(cutIntoParts(stream(chunks), { takeFirst, take, watch }));
        expect(Buffer.concat(parts)).toEqual(Buffer.concat(chunks));
        expect(watched).toEqual(chunks.map((chunk) => Buffer.from(chunk)));
        const full = parts.map((_, index) => (index === 0 ? firstBytes : partBytes));
        expect(parts.slice(0, -1).map(({ length }) => length)).toEqual(full.slice(0, -1));
        const last = parts.at(-1)?.length ?? 1;
        expect(last > 0 && last <= (full.at(-1) ?? 1)).toBe(true);
      }),
    );
  });
});

describe('createDigest', () => {
  it('knows the SHA-256, CRC-32 and length of what has passed', () => {
    fc.assert(
      fc.property(chunksOf, (chunks) => {
        const whole = Buffer.concat(chunks);
        const digest = createDigest();
        for (const chunk of chunks) digest.update(Buffer.from(chunk));
        expect(digest.finish()).toEqual({
          sha256: createHash('sha256').update(whole).digest('hex'),
          crc32: encodeCrc32(crc32(whole)),
          sizeBytes: whole.length,
        });
      }),
    );
  });

  it('writes a CRC-32 as S3 does', () => {
    expect(encodeCrc32(crc32('123456789'))).toBe('y/Q5Jg==');
  });
});

describe('peekFirst', () => {
  it.each([
    ['a stream', ['ab', 'cd'], 'ab'],
    ['one chunk', ['ab'], 'ab'],
    ['nothing', [], ''],
  ])('shows how %s begins and still has all of it', async (_, chunks, beginning) => {
    const { first, all } = await peekFirst(stream(chunks));

    expect(first.toString()).toBe(beginning);
    expect(Buffer.concat(await collect(all)).toString()).toBe(chunks.join(''));
  });

  it('lets go of a stream that is left early, if that can be', async () => {
    let isClosed = false;
    async function* open() {
      try {
        yield Buffer.from('a');
        yield Buffer.from('b');
      } finally {
        isClosed = true;
      }
    }
    const { all } = await peekFirst(open());
    for await (const _ of all) break;

    expect(isClosed).toBe(true);
  });
});

describe('readLimited', () => {
  it('reads up to the limit', async () => {
    expect((await readLimited(stream(['ab', 'c']), 3, 'discover')).toString()).toBe('abc');
  });

  it('refuses more', async () => {
    await expect(readLimited(stream(['ab', 'cd']), 3, 'discover')).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'too_large',
      stage: 'discover',
    });
  });
});
