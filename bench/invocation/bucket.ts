import type { Answer } from './answer-server.ts';
import type { Call } from './call.ts';

/** What was stored since it was last asked: documents of different keys, and all bytes that came for documents. */
export type Stored = { documents: number; bytes: number; writes: number };

/** S3 as far as documents of one request need it: it counts what comes and drops it. */
export function createBucket() {
  let keys = new Set<string>();
  let written = { writes: 0, bytes: 0 };
  return {
    answer({ path }: Call, sizeBytes: number): Answer {
      const key = new URL(path, 'http://s3').pathname;
      const isDocument = key.includes('/steps/');
      if (isDocument) keys.add(key);
      written.writes += 1;
      written.bytes += isDocument ? sizeBytes : 0;
      return { headers: { etag: `"${String(written.writes).padStart(32, '0')}"`, 'x-amz-version-id': 'v'.repeat(32) } };
    },
    takeStored(): Stored {
      const taken = { ...written, documents: keys.size };
      written = { writes: 0, bytes: 0 };
      keys = new Set();
      return taken;
    },
  };
}
