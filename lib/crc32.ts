import { crc32 } from 'node:zlib';

/** x⁰ to x³¹ from the highest bit to the lowest, and what x³² leaves over. */
const ONE = 0x80000000;
const POLYNOMIAL = 0xedb88320;

/** A CRC-32 as S3 takes it. */
export const encodeCrc32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
};

export const computeCrc32 = (chunks: readonly Buffer[]): number =>
  chunks.reduce((crc: number, chunk) => crc32(chunk, crc), 0);

/**
 * The CRC-32 of two pieces in a row from those of each: the first one's bits move over by the length of the second.
 * @see https://github.com/madler/zlib/blob/v1.3.1/crc32.c crc32_combine
 */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  let shifted = first;
  let power = ONE >>> 8;
  for (let bytes = secondBytes; bytes > 0; bytes = Math.floor(bytes / 2)) {
    if (bytes % 2 === 1) shifted = multiply(power, shifted);
    power = multiply(power, power);
  }
  return (shifted ^ second) >>> 0;
}

/** Of polynomials over bits, modulo that of the CRC. */
function multiply(one: number, other: number): number {
  let product = 0;
  let term = other;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (one & bit) product ^= term;
    term = term & 1 ? (term >>> 1) ^ POLYNOMIAL : term >>> 1;
  }
  return product;
}
