import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutIntoParts } from '../../lib/cut-into-parts.ts';
import { createDigest } from '../../lib/digest.ts';
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
  const buffersOf = fc.integer({ min: 1, max: 4 });
  const ignore = () => undefined;

  it('keeps every byte, in parts of full buffers but for the last, and nothing of them empty', async () => {
    await fc.assert(
      fc.asyncProperty(chunksOf, sizeOf, buffersOf, async (chunks, bufferBytes, buffers) => {
        const take = () => Buffer.alloc(bufferBytes);
        const parts = await collect(cutIntoParts(stream(chunks), { buffers, take, watch: ignore }));
        expect(Buffer.concat(parts.flat())).toEqual(Buffer.concat(chunks));
        expect(parts.slice(0, -1).every(({ length }) => length === buffers)).toBe(true);
        const sizes = parts.flat().map(({ length }) => length);
        expect(sizes.slice(0, -1)).toEqual(sizes.slice(0, -1).fill(bufferBytes));
        expect(Math.min(1, ...sizes)).toBe(1);
      }),
    );
  });

  it('shows every chunk once, in order', async () => {
    await fc.assert(
      fc.asyncProperty(chunksOf, sizeOf, async (chunks, bufferBytes) => {
        const watched: Buffer[] = [];
        const watch = (chunk: Buffer) => void watched.push(Buffer.from(chunk));
        await collect(cutIntoParts(stream(chunks), { buffers: 2, take: () => Buffer.alloc(bufferBytes), watch }));
        expect(watched).toEqual(chunks.map((chunk) => Buffer.from(chunk)));
      }),
    );
  });

  it('hands out a part as soon as it is full', async () => {
    async function* read() {
      yield Buffer.alloc(4);
      throw new Error('nobody asks for more');
    }
    const parts = cutIntoParts(read(), { buffers: 2, take: () => Buffer.alloc(2), watch: ignore });

    expect((await parts.next()).value).toHaveLength(2);
  });

  it('frees the memory of a chunk that it has copied, unless others share it', async () => {
    const alone = Buffer.alloc(10);
    const shared = Buffer.alloc(10);
    async function* read() {
      yield* [alone, shared.subarray(1)];
    }
    await collect(cutIntoParts(read(), { buffers: 1, take: () => Buffer.alloc(4), watch: ignore }));

    expect([alone.length, shared.length]).toEqual([0, 10]);
  });
});

describe('createDigest', () => {
  it('knows the SHA-256 and length of what has passed', () => {
    fc.assert(
      fc.property(chunksOf, (chunks) => {
        const whole = Buffer.concat(chunks);
        const digest = createDigest();
        for (const chunk of chunks) digest.update(Buffer.from(chunk));
        expect(digest.finish()).toEqual({
          sha256: createHash('sha256').update(whole).digest('hex'),
          sizeBytes: whole.length,
        });
      }),
    );
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
