import { createHash } from 'node:crypto';
import { decodeAwsChunked } from './aws-chunked.ts';
import {
  type ChecksumAlgorithm,
  checkChecksum,
  checkWellFormed,
  createDigest,
  parseAlgorithm,
  readChecksumHeader,
} from './checksums.ts';
import { S3Error } from './s3-error.ts';
import type { Headers, S3Request } from './s3-request.ts';

const LARGEST_BODY_BYTES = 5 * 1024 ** 3;
const LARGEST_XML_BYTES = 8 * 1024 ** 2;
const CHUNKED = /^STREAMING-(UNSIGNED-PAYLOAD-TRAILER|AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?)$/;

export type ReceivedBody = {
  sizeBytes: number;
  md5: Buffer;
  checksum: { algorithm: ChecksumAlgorithm; value: string };
};

/** The algorithm a request names, in a checksum header, in the announcement of a trailer or not at all. */
export function readChecksumAlgorithm(headers: Headers): ChecksumAlgorithm | undefined {
  const trailer = /^x-amz-checksum-(.+)$/i.exec(headers['x-amz-trailer'] ?? '')?.[1];
  const algorithm = readChecksumHeader(headers)?.algorithm ?? (trailer && parseAlgorithm(trailer));
  if (!algorithm && headers['x-amz-sdk-checksum-algorithm']) {
    const message =
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.';
    throw new S3Error('InvalidRequest', { message });
  }
  return algorithm || undefined;
}

/**
 * Hands a request's bytes to `write` as they come and resolves once every promise that came with them holds: length,
 * Content-MD5, payload hash and checksum, in a header or trailing. What was written before a rejection is the caller's
 * to throw away. Leaves the rest of a refused body unread and the connection open.
 *
 * Without a checksum of the client's, the CRC-64/NVME is computed, as S3 does.
 */
export async function receiveBody(
  { headers, incoming }: S3Request,
  write: (bytes: Buffer) => unknown,
  fallback: ChecksumAlgorithm = 'crc64nvme',
): Promise<ReceivedBody> {
  const payloadHash = headers['x-amz-content-sha256'] ?? '';
  const isChunked = CHUNKED.test(payloadHash);
  const announcedBytes = readLength(headers, isChunked);
  const algorithm = readChecksumAlgorithm(headers) ?? fallback;
  const trailers = new Map<string, string>();
  const digests = { md5: createHash('md5'), sha256: createHash('sha256'), checksum: createDigest(algorithm) };
  const isHashed = /^[0-9a-f]{64}$/.test(payloadHash);

  const wire: AsyncIterable<Buffer> = incoming.iterator({ destroyOnReturn: false });
  let sizeBytes = 0;
  for await (const bytes of isChunked ? decodeAwsChunked(wire, trailers) : wire) {
    sizeBytes += bytes.length;
    digests.md5.update(bytes);
    digests.checksum.update(bytes);
    if (isHashed) digests.sha256.update(bytes);
    await write(bytes);
  }
  if (sizeBytes !== announcedBytes) throw new S3Error('IncompleteBody');

  const md5 = digests.md5.digest();
  const value = digests.checksum.digest().toString('base64');
  if (isHashed && digests.sha256.digest('hex') !== payloadHash) throw new S3Error('XAmzContentSHA256Mismatch');
  checkMd5(headers['content-md5'], md5);
  const expected = readChecksumHeader(headers)?.value ?? readTrailer(headers, trailers);
  if (expected !== undefined) {
    checkWellFormed(algorithm, expected);
    checkChecksum(algorithm, expected, value);
  }
  return { sizeBytes, md5, checksum: { algorithm, value } };
}

function readLength(headers: Headers, isChunked: boolean): number {
  const length = headers[isChunked ? 'x-amz-decoded-content-length' : 'content-length'];
  if (length === undefined || !/^\d+$/.test(length)) throw new S3Error('MissingContentLength');
  if (Number(length) > LARGEST_BODY_BYTES) throw new S3Error('EntityTooLarge');
  return Number(length);
}

function readTrailer(headers: Headers, trailers: Map<string, string>): string | undefined {
  const name = headers['x-amz-trailer']?.toLowerCase();
  if (name === undefined) return undefined;
  const value = trailers.get(name);
  if (value === undefined) throw new S3Error('MalformedTrailerError');
  return value;
}

function checkMd5(expected: string | undefined, actual: Buffer): void {
  if (expected === undefined) return;
  const bytes = Buffer.from(expected, 'base64');
  if (bytes.length !== 16) throw new S3Error('InvalidDigest');
  if (!bytes.equals(actual)) throw new S3Error('BadDigest');
}

/** For the few small XML bodies. */
export async function receiveText(request: S3Request): Promise<string> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  await receiveBody(request, (bytes) => {
    sizeBytes += bytes.length;
    if (sizeBytes > LARGEST_XML_BYTES) throw new S3Error('EntityTooLarge');
    pieces.push(bytes);
  });
  return Buffer.concat(pieces).toString();
}
