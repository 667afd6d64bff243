import { crc32 } from 'node:zlib';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { combineCrc32, computeCrc32, encodeCrc32 } from '../../lib/crc32.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((content) => Buffer.from(content));

it('combines the CRC-32 of two pieces to that of both', () => {
  fc.assert(
    fc.property(bytes, bytes, (first, second) => {
      const combined = combineCrc32(crc32(first), crc32(second), second.length);
      expect(combined).toBe(crc32(Buffer.concat([first, second])));
    }),
  );
});

it('combines over what is longer than 32 bits count', () => {
  const half = combineCrc32(7, 0, 2 ** 32);

  expect(combineCrc32(7, 0, 2 ** 33)).toBe(combineCrc32(half, 0, 2 ** 32));
});

it('computes the CRC-32 over chunks', () => {
  fc.assert(
    fc.property(fc.array(bytes), (chunks) => {
      expect(computeCrc32(chunks)).toBe(crc32(Buffer.concat(chunks)));
    }),
  );
});

it('writes a CRC-32 as S3 does', () => {
  expect(encodeCrc32(crc32('123456789'))).toBe('y/Q5Jg==');
});
