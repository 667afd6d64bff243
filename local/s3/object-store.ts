import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checksum } from './checksums.ts';
import type { Upload } from './multipart.ts';
import { S3Error } from './s3-error.ts';

/** `headers` are those a read gives back: type, disposition, metadata … */
export type Content = {
  file: string;
  sizeBytes: number;
  etag: string;
  checksum: Checksum;
  headers: Record<string, string>;
};
/** One without content is a delete marker. */
export type Version = { versionId: string; lastModified: Date; content: Content | undefined };
export type Bucket = {
  name: string;
  createdAt: Date;
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** Newest version first; no key has an empty list. */
  objects: Map<string, Version[]>;
  uploads: Map<string, Upload>;
};
/** What is stored is known here only; `directory` holds the bytes, under names that say nothing of the keys. */
export type Store = { directory: string; buckets: Map<string, Bucket> };

export function createBucket(store: Store, name: string, versioning?: 'Enabled'): Bucket {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) throw new S3Error('InvalidBucketName');
  if (store.buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou', { details: { BucketName: name } });
  const bucket = { name, createdAt: new Date(), versioning, objects: new Map(), uploads: new Map() };
  store.buckets.set(name, bucket);
  return bucket;
}

export function findBucket(store: Store, name: string): Bucket {
  const bucket = store.buckets.get(name);
  if (!bucket) throw new S3Error('NoSuchBucket', { details: { BucketName: name } });
  return bucket;
}

/** Runs `fill` on a new file, which is gone again if that fails. */
export async function writeNewFile<T>(
  store: Store,
  fill: (file: string, write: (bytes: Buffer) => Promise<void>) => Promise<T>,
): Promise<T> {
  const file = join(store.directory, randomUUID());
  const handle = await open(file, 'wx');
  try {
    return await fill(file, async (bytes) => {
      await handle.writeFile(bytes);
    });
  } catch (error) {
    removeFile(file);
    throw error;
  } finally {
    await handle.close();
  }
}

export function removeFile(file: string): void {
  rmSync(file, { force: true });
}

/** Puts content, or a delete marker, on top of a key's versions. Synchronous, so that no other request gets in between. */
export function commitVersion(bucket: Bucket, key: string, content: Content | undefined): Version {
  const versionId = bucket.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null';
  if (versionId === 'null') removeVersion(bucket, key, 'null');
  const version = { versionId, lastModified: new Date(), content };
  bucket.objects.set(key, [version, ...(bucket.objects.get(key) ?? [])]);
  return version;
}

export function removeVersion(bucket: Bucket, key: string, versionId: string): Version | undefined {
  const versions = bucket.objects.get(key) ?? [];
  const removed = versions.find((version) => version.versionId === versionId);
  if (!removed) return undefined;
  const kept = versions.filter((version) => version !== removed);
  if (kept.length > 0) bucket.objects.set(key, kept);
  else bucket.objects.delete(key);
  if (removed.content) removeFile(removed.content.file);
  return removed;
}

/** A bucket that never had versions names none. */
export function nameVersion(bucket: Bucket, version: Version): string | undefined {
  return bucket.versioning && version.versionId;
}
