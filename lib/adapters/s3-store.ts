import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { isThrottlingError } from '@smithy/core/retry';
import type { HttpRequest } from '@smithy/types';
import { createDeadlineError } from '../errors.ts';
import type { Store, WriteCondition, WriteOutcome } from '../ports.ts';
import { createUnavailable } from '../unavailable.ts';

const ABORT_MS = 5_000;

type Options = { client: S3Client; bucket: string };

/**
 * The bucket. Every write carries a checksum that S3 verifies, and a condition.
 *
 * Codes: `store_unavailable`, `store_refused`, `deadline`.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function createS3Store({ client, bucket }: Options): Store {
  return {
    bucket,

    async putObject({ key, body, sha256, contentType, metadata, condition, signal }) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: Buffer.concat(body),
        ContentType: contentType,
        Metadata: metadata,
        ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
        ...writeCondition(condition),
      });
      signWith(command, sha256);
      return readOutcome(client.send(command, { abortSignal: signal }), signal);
    },

    async beginUpload({ key, contentType, metadata }, signal) {
      const command = new CreateMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        ContentType: contentType,
        Metadata: metadata,
        ChecksumAlgorithm: 'CRC32',
        ChecksumType: 'FULL_OBJECT',
      });
      const { UploadId } = await client.send(command, { abortSignal: signal }).catch(failWith(signal));
      return UploadId as string;
    },

    async uploadPart({ key, uploadId, number, body, crc32, signal }) {
      const command = new UploadPartCommand({
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        PartNumber: number,
        Body: Buffer.concat(body),
        ChecksumCRC32: crc32,
      });
      const { ETag } = await client.send(command, { abortSignal: signal }).catch(failWith(signal));
      return { number, etag: ETag as string, crc32 };
    },

    async completeUpload({ key, uploadId, parts, crc32, sizeBytes, condition, signal }) {
      const command = new CompleteMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        MultipartUpload: {
          Parts: parts.map((part) => ({ PartNumber: part.number, ETag: part.etag, ChecksumCRC32: part.crc32 })),
        },
        ChecksumCRC32: crc32,
        ChecksumType: 'FULL_OBJECT',
        MpuObjectSize: sizeBytes,
        ...writeCondition(condition),
      });
      return readOutcome(client.send(command, { abortSignal: signal }), signal);
    },

    /** What is left of an upload costs money, not truth: the bucket's lifecycle takes what this misses. */
    async abortUpload(key, uploadId) {
      const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
      await client.send(command, { abortSignal: AbortSignal.timeout(ABORT_MS) }).catch(() => undefined);
    },

    async findObject(key, signal) {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' });
      const head = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined;
        return failWith(signal)(error);
      });
      return (
        head && {
          etag: head.ETag as string,
          versionId: head.VersionId,
          contentType: head.ContentType,
          sizeBytes: head.ContentLength as number,
          sha256: head.Metadata?.sha256,
          crc32: head.ChecksumType === 'FULL_OBJECT' ? head.ChecksumCRC32 : undefined,
        }
      );
    },

    async readObject(key, versionId, signal) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
      const { Body } = await client.send(command, { abortSignal: signal }).catch(failWith(signal));
      return readChunks(Body as unknown as AsyncIterable<Buffer>, signal);
    },
  };
}

/**
 * The hash that the signature is over is the one that is known: the SDK would go through all bytes once more for it.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
function signWith(command: PutObjectCommand, sha256: string): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as HttpRequest;
      headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build', name: 'signWithKnownHash' },
  );
}

async function* readChunks(body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    failWith(signal)(error);
  }
}

const writeCondition = ({ etag }: WriteCondition) => (etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag });

/** What a refused condition means; undefined for every other failure. */
function readRefusal({ name, $metadata: { httpStatusCode } }: S3ServiceException): WriteOutcome | undefined {
  if (httpStatusCode === 412) return { kind: 'exists' };
  if (httpStatusCode === 409) return { kind: 'conflict' };
  if (name === 'NoSuchUpload') return { kind: 'upload_gone' };
  return name === 'NoSuchKey' ? { kind: 'missing' } : undefined;
}

async function readOutcome(
  writing: Promise<{ ETag?: string | undefined; VersionId?: string | undefined }>,
  signal: AbortSignal,
): Promise<WriteOutcome> {
  try {
    const { ETag, VersionId } = await writing;
    return { kind: 'written', etag: ETag as string, versionId: VersionId };
  } catch (error) {
    const outcome = error instanceof S3ServiceException ? readRefusal(error) : undefined;
    return outcome ?? failWith(signal)(error);
  }
}

const failWith =
  (signal: AbortSignal) =>
  (cause: unknown): never => {
    if (signal.aborted) throw createDeadlineError('store', cause);
    const status = cause instanceof S3ServiceException ? cause.$metadata.httpStatusCode : undefined;
    const code = status !== undefined && status >= 400 && status < 500 ? 'store_refused' : 'store_unavailable';
    const isThrottled = isThrottlingError(cause as Error & { cause?: Error });
    throw createUnavailable({ service: 'S3', stage: 'store', code, cause, isThrottled });
  };
