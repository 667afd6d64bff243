import { createHash } from 'node:crypto';

/** What identifies a document's bytes: lower-case hex SHA-256, length. */
export type ContentDigest = { sha256: string; sizeBytes: number };

/** Digests bytes as they pass, each once; `finish` when all have passed. */
export function createDigest(): { update: (chunk: Buffer) => void; finish: () => ContentDigest } {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    update: (chunk) => {
      hash.update(chunk);
      sizeBytes += chunk.length;
    },
    finish: () => ({ sha256: hash.digest('hex'), sizeBytes }),
  };
}
