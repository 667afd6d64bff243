import { GetObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';

export type ObjectName = { bucket: string; key: string; versionId?: string | undefined };

/** An object that is open for reading; S3's own checksums, base64, where it has one of the whole object. */
export type OpenObject = {
  etag: string | undefined;
  contentType: string | undefined;
  metadata: Readonly<Record<string, string>>;
  sha256: string | undefined;
  crc32: string | undefined;
  body: AsyncIterable<Buffer>;
};

export type OpenArchived = (name: ObjectName, signal: AbortSignal) => Promise<OpenObject | undefined>;

/** 405 is a delete marker's answer; the other one that of a version which S3 cannot ever have had. */
const isGone = (error: unknown) =>
  error instanceof S3ServiceException &&
  ([404, 405].includes(error.$metadata.httpStatusCode ?? 0) ||
    (error as { ArgumentName?: unknown }).ArgumentName === 'versionId');

/**
 * Opens an object in the version that is named; undefined when S3 says that it is not there.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export const createOpenArchived =
  (client: S3Client): OpenArchived =>
  async ({ bucket, key, versionId }, abortSignal) => {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
    showChecksum(command);
    const found = await client.send(command, { abortSignal }).catch((error: unknown) => {
      if (isGone(error)) return undefined;
      throw error;
    });
    if (!found) return undefined;
    const isWhole = found.ChecksumType !== 'COMPOSITE';
    return {
      etag: found.ETag,
      contentType: found.ContentType,
      metadata: found.Metadata ?? {},
      sha256: isWhole ? found.ChecksumSHA256 : undefined,
      crc32: isWhole ? found.ChecksumCRC32 : undefined,
      body: found.Body as unknown as AsyncIterable<Buffer>,
    };
  };

/** With `ChecksumMode` the SDK would compare, too, and end the stream with an error where we want to say what differs. */
function showChecksum(command: GetObjectCommand): void {
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-amz-checksum-mode'] = 'ENABLED';
      return next(args);
    },
    { step: 'build', name: 'showChecksum' },
  );
}
