import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A CRC-32 as S3 takes it. */
export const encodeCrc32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
};

/** What identifies a document's bytes: lower-case hex SHA-256, base64 CRC-32, length. */
export type ContentDigest = { sha256: string; crc32: string; sizeBytes: number };

/** Passes bytes on and digests each once on its way; `finish` when all have passed. */
export function createDigest(): {
  watch: (bytes: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>;
  finish: () => ContentDigest;
} {
  const hash = createHash('sha256');
  let crc = 0;
  let sizeBytes = 0;
  return {
    async *watch(bytes) {
      for await (const chunk of bytes) {
        hash.update(chunk);
        crc = crc32(chunk, crc);
        sizeBytes += chunk.length;
        yield chunk;
      }
    },
    finish: () => ({ sha256: hash.digest('hex'), crc32: encodeCrc32(crc), sizeBytes }),
  };
}
