import type { S3Client } from '@aws-sdk/client-s3';
import { findLock, hasObjectLock, listVersions, type ObjectVersion } from './adapters/object-versions.ts';
import type { StoredItem } from './adapters/stored-items.ts';

/** Everything below a prefix, or one key and nothing that only begins like it. */
type Place = { bucket: string; prefix: string; isKey?: boolean };

/** Where objects of a task lie: below its own prefix, and wherever else its records say. A key of another task is no word of ours. */
export function listPlaces(items: readonly StoredItem[], own: Place): Place[] {
  const recorded = items.flatMap(({ task_id: taskId, bucket, key }) =>
    typeof bucket === 'string' && typeof key === 'string' && key.includes(`tasks/${taskId}/`)
      ? [{ bucket, prefix: key, isKey: true }]
      : [],
  );
  return [own, ...recorded.filter(({ bucket, prefix }) => bucket !== own.bucket || !prefix.startsWith(own.prefix))];
}

/** Every version and delete marker at these places. */
export async function findVersions(
  client: S3Client,
  places: readonly Place[],
  signal: AbortSignal,
): Promise<ObjectVersion[]> {
  const found: ObjectVersion[] = [];
  for (const { bucket, prefix, isKey } of places) {
    for await (const version of listVersions({ client, bucket, prefix }, signal))
      if (!isKey || version.key === prefix) found.push(version);
  }
  return found;
}

/** What of this can't be deleted, and until when. */
export async function findLocked(
  client: S3Client,
  versions: readonly ObjectVersion[],
  now: number,
): Promise<{ version: ObjectVersion; until: string }[]> {
  const locking = new Set<string>();
  for (const bucket of new Set(versions.map((version) => version.bucket)))
    if (await hasObjectLock(client, bucket)) locking.add(bucket);
  const locked: { version: ObjectVersion; until: string }[] = [];
  for (const version of versions) {
    const until = locking.has(version.bucket) ? await findLock(client, version, now) : undefined;
    if (until !== undefined) locked.push({ version, until });
  }
  return locked;
}

/** Who works on which document, and until when at most. */
export const findLeases = (items: readonly StoredItem[], now: number): { stepId: string; until: string }[] =>
  items.flatMap(({ step_id: stepId, lease_expires_at: until }) =>
    typeof until === 'string' && Date.parse(until) >= now ? [{ stepId, until }] : [],
  );
