import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCrc32 } from '../../lib/crc32.ts';
import type { Store } from '../../lib/ports.ts';
import { uploadParts } from '../../lib/upload-parts.ts';

async function* stream(count: number) {
  for (let number = 1; number <= count; number += 1) {
    yield ['part ', `${number}`].map((text) => Buffer.from(text));
    // The next part takes its time to come.
    await new Promise(setImmediate);
  }
}

const given: string[] = [];
const giveBack = (part: readonly Buffer[]) => void given.push(Buffer.concat(part).toString());

const upload = (uploadPart: Store['uploadPart'], count: number, signal = new AbortController().signal) =>
  uploadParts({ store: { uploadPart }, key: 'a.pdf', uploadId: 'u', parts: stream(count), giveBack, signal });

beforeEach(() => void given.splice(0));

describe('uploadParts', () => {
  it('uploads two at a time, and ends with all of them in order', async () => {
    let inFlight = 0;
    let most = 0;
    const { parts } = await upload(async ({ number, crc32: proof }) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      // The first one is the slowest.
      for (let turn = number; turn < 5; turn += 1) await new Promise(setImmediate);
      inFlight -= 1;
      return { number, etag: `"${number}"`, crc32: proof };
    }, 5);

    expect(parts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('proves each part by the CRC-32 of its chunks', async () => {
    const proofs: string[] = [];
    await upload(async ({ number, crc32: proof }) => {
      proofs.push(proof);
      return { number, etag: `"${number}"`, crc32: proof };
    }, 2);

    expect(proofs).toEqual(['part 1', 'part 2'].map((text) => encodeCrc32(crc32(text))));
  });

  it('knows the CRC-32 of all of them', async () => {
    const whole = await upload(async ({ number, crc32: proof }) => ({ number, etag: '"a"', crc32: proof }), 3);

    expect(whole.crc32).toBe(encodeCrc32(crc32('part 1part 2part 3')));
  });

  it('gives each part back once it was taken, and not before', async () => {
    const seen: string[][] = [];
    const uploading = upload(async ({ number, crc32: proof }) => {
      seen.push([...given]);
      if (number === 3) throw new Error('part 3 failed');
      return { number, etag: `"${number}"`, crc32: proof };
    }, 3);

    await expect(uploading).rejects.toThrow('part 3 failed');
    expect(seen).toEqual([[], ['part 1'], ['part 1', 'part 2']]);
    expect(given).toEqual(['part 1', 'part 2']);
  });

  it('stops the others when one fails, and leaves nothing running', async () => {
    const aborted: number[] = [];
    const failing = upload(({ number, signal }) => {
      if (number === 2) return Promise.reject(new Error('part 2 failed'));
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(number);
          reject(new Error('stopped'));
        });
      });
    }, 4);

    await expect(failing).rejects.toThrow('part 2 failed');
    expect(aborted).toEqual([1]);
  });

  it.each([1, 2, 3])('hears of the failure of part %d of 3 while no other is on its way', async (failing) => {
    const uploading = upload(async ({ number, crc32: proof }) => {
      if (number === failing) throw new Error('the part failed');
      return { number, etag: `"${number}"`, crc32: proof };
    }, 3);

    await expect(uploading).rejects.toThrow('the part failed');
  });

  it('stops at the deadline', async () => {
    const deadline = new AbortController();
    const uploading = upload(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('time is up')));
          deadline.abort();
        }),
      1,
      deadline.signal,
    );

    await expect(uploading).rejects.toThrow('time is up');
  });
});
