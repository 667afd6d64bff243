import type { Answer } from './answer-server.ts';
import type { Call } from './call.ts';

/** What was stored since it was last asked: objects of different keys, and all the bytes that came. */
export type Stored = { objects: number; writes: number; bytes: number };

/** S3 as far as documents of one request need it: it counts what comes and drops it. */
export function createBucket() {
  let keys = new Set<string>();
  let written = { writes: 0, bytes: 0 };
  return {
    answer({ path }: Call, sizeBytes: number): Answer {
      keys.add(new URL(path, 'http://s3').pathname);
      written.writes += 1;
      written.bytes += sizeBytes;
      return { headers: { etag: `"${String(written.writes).padStart(32, '0')}"`, 'x-amz-version-id': 'v'.repeat(32) } };
    },
    takeStored(): Stored {
      const taken = { ...written, objects: keys.size };
      written = { writes: 0, bytes: 0 };
      keys = new Set();
      return taken;
    },
  };
}
