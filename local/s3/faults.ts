import { removeUpload } from './multipart.ts';
import type { Store } from './object-store.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

export type Failure = { status: number; code: string; times?: number };

/** Failures on demand, those that S3 has and nobody can provoke. */
export function createFaults(store: Store) {
  const planned: { operation: string; failure: Failure; left: number }[] = [];

  function plan(operation: string, failure: Failure): void {
    planned.push({ operation, failure, left: failure.times ?? 1 });
  }

  function raise(operation: string, { bucket, query }: S3Request): void {
    const fault = planned.find((candidate) => candidate.operation === operation && candidate.left > 0);
    if (!fault) return;
    fault.left -= 1;
    const { status, code } = fault.failure;
    // After a conflict on Complete the parts must be uploaded again.
    const uploads = store.buckets.get(bucket);
    const upload = uploads?.uploads.get(query.get('uploadId') ?? '');
    const endsUpload = (operation === 'CompleteMultipartUpload' && status === 409) || code === 'NoSuchUpload';
    if (uploads && upload && endsUpload) removeUpload(uploads, upload);
    throw new S3Error(code, { status });
  }

  return { plan, raise };
}
