import type { StoredItem } from './adapters/stored-items.ts';
import type { Finding } from './verify-finding.ts';
import { recogniseRecord } from './verify-record.ts';

/** What is listed of a bucket. */
export type Place = { bucket: string; prefix: string };

/**
 * Says of an archived record that its object lies where the listing does not look. Whoever verifies with a wrong prefix
 * or bucket would list nothing there, and find nothing wrong with it.
 */
export function findElsewhere(item: StoredItem, { bucket, prefix }: Place): Finding | undefined {
  const known = recogniseRecord(item);
  if (known.kind !== 'archived') return undefined;
  const { record } = known;
  const isInBucket = record.bucket === bucket;
  if (isInBucket && record.key.startsWith(prefix)) return undefined;
  return {
    kind: 'elsewhere',
    task_id: record.taskId,
    step_id: record.stepId,
    bucket: record.bucket,
    key: record.key,
    version_id: record.versionId ?? null,
    differences: [
      isInBucket
        ? { field: 'key', expected: `below ${prefix}`, found: record.key }
        : { field: 'bucket', expected: bucket, found: record.bucket },
    ],
    reason: null,
  };
}
