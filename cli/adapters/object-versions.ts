import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  ListMultipartUploadsCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { decodeKey, type ListedVersion, listVersionPages } from './listed-keys.ts';

export type ObjectVersion = ListedVersion & { bucket: string };

/** What S3 says where nothing is locked; a store that does not know of locks has none. */
const NO_LOCK = ['ObjectLockConfigurationNotFoundError', 'NoSuchObjectLockConfiguration', 'NotImplemented'];

async function unlessThereIsNone<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof S3ServiceException && NO_LOCK.includes(error.name)) return undefined;
    throw error;
  }
}

/** Every version and delete marker whose key begins with this. */
export async function* listVersions(
  { client, bucket, prefix }: { client: S3Client; bucket: string; prefix: string },
  signal: AbortSignal,
): AsyncGenerator<ObjectVersion> {
  for await (const page of listVersionPages({ client, bucket, prefix }, signal))
    for (const version of page) yield { bucket, ...version };
}

/** Whether a bucket has Object Lock at all: where it has none, no object of it can be locked. */
export async function hasObjectLock(client: S3Client, bucket: string): Promise<boolean> {
  const found = await unlessThereIsNone(client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket })));
  return found?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
}

/**
 * Until when a version can't be deleted, in words; undefined when it can.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export async function findLock(
  client: S3Client,
  { bucket, key, versionId, isDeleteMarker }: ObjectVersion,
  now: number,
): Promise<string | undefined> {
  if (isDeleteMarker) return undefined;
  const version = { Bucket: bucket, Key: key, VersionId: versionId };
  const hold = await unlessThereIsNone(client.send(new GetObjectLegalHoldCommand(version)));
  if (hold?.LegalHold?.Status === 'ON') return 'until its legal hold is lifted';
  const { Retention } = (await unlessThereIsNone(client.send(new GetObjectRetentionCommand(version)))) ?? {};
  const until = Retention?.RetainUntilDate;
  return until && until.getTime() > now ? `until ${until.toISOString()}` : undefined;
}

/** Deletes one version, or one delete marker, for good. */
export async function deleteVersion(client: S3Client, { bucket, key, versionId }: ObjectVersion): Promise<void> {
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
}

export type Upload = { bucket: string; key: string; uploadId: string };

/** What is being uploaded below a prefix. */
export async function listUploads(
  { client, bucket, prefix }: { client: S3Client; bucket: string; prefix: string },
  abortSignal: AbortSignal,
): Promise<Upload[]> {
  const found: Upload[] = [];
  let marker: { KeyMarker?: string; UploadIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', ...marker }),
      { abortSignal },
    );
    for (const { Key = '', UploadId = '' } of page.Uploads ?? [])
      found.push({ bucket, key: decodeKey(Key), uploadId: UploadId });
    if (!page.IsTruncated || page.NextKeyMarker === undefined) return found;
    marker = { KeyMarker: decodeKey(page.NextKeyMarker), UploadIdMarker: page.NextUploadIdMarker };
  }
}

/** Ends an upload, and frees what it took up. */
export async function abortUpload(client: S3Client, { bucket, key, uploadId }: Upload): Promise<void> {
  await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }));
}
