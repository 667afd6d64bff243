import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countBytes } from '../../lib/count-bytes.ts';
import { cutIntoParts } from '../../lib/cut-into-parts.ts';
import { createDigest, encodeCrc32 } from '../../lib/digest.ts';
import { peekFirst } from '../../lib/peek-first.ts';
import { readLimited } from '../../lib/read-limited.ts';

async function* stream(chunks: readonly (Uint8Array | string)[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function collect<T>(items: AsyncIterable<T>) {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const sizeOf = fc.integer({ min: 1, max: 50 });
const chunksOf = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

describe('cutIntoParts', () => {
  it('keeps every byte, in parts that are full but for the last, and nothing of them empty', async () => {
    await fc.assert(
      fc.asyncProperty(chunksOf, sizeOf, async (chunks, partBytes) => {
        const parts = await collect(cutIntoParts(stream(chunks), partBytes, () => undefined));
        expect(Buffer.concat(parts.flat())).toEqual(Buffer.concat(chunks));
        const sizes = parts.map(countBytes);
        expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).fill(partBytes));
        expect(sizes.at(-1) ?? 1).toBeLessThanOrEqual(partBytes);
        expect(parts.flat().filter(({ length }) => length === 0)).toEqual([]);
      }),
    );
  });

  it('shows every chunk once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(chunksOf, sizeOf, async (chunks, partBytes) => {
        const watched: Buffer[] = [];
        await collect(cutIntoParts(stream(chunks), partBytes, (chunk) => void watched.push(chunk)));
        expect(watched).toEqual(chunks.map((chunk) => Buffer.from(chunk)));
      }),
    );
  });

  it('copies nothing', async () => {
    const chunk = Buffer.from('abcdef');
    const parts = await collect(
      cutIntoParts(
        (async function* () {
          yield chunk;
        })(),
        4,
        () => undefined,
      ),
    );

    expect(parts.flat().every(({ buffer }) => buffer === chunk.buffer)).toBe(true);
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
