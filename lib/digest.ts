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

/** Digests bytes as they pass, each once; `finish` when all have passed. */
export function createDigest(): { update: (chunk: Buffer) => void; finish: () => ContentDigest } {
  const hash = createHash('sha256');
  let crc = 0;
  let sizeBytes = 0;
  return {
    update: (chunk) => {
      hash.update(chunk);
      crc = crc32(chunk, crc);
      sizeBytes += chunk.length;
    },
    finish: () => ({ sha256: hash.digest('hex'), crc32: encodeCrc32(crc), sizeBytes }),
  };
}
