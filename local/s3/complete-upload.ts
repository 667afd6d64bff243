import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Answer, answerXml } from './answers.ts';
import { type Checksum, checkChecksum, createDigest, readChecksumHeader, renderChecksumElement } from './checksums.ts';
import { choosePartsOf, parseNamedParts } from './completed-parts.ts';
import { checkWriteConditions } from './conditions.ts';
import { findUpload, type Part, removeUpload, type Upload } from './multipart.ts';
import { commitVersion, findBucket, nameVersion, type Store, writeNewFile } from './object-store.ts';
import { receiveText } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import type { Headers, S3Request } from './s3-request.ts';

/**
 * A refused Complete leaves the upload as it was, so that it can be completed on another condition or aborted.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export async function completeMultipartUpload(store: Store, request: S3Request): Promise<Answer> {
  const bucket = findBucket(store, request.bucket);
  const upload = findUpload(bucket, request);
  const { key, headers } = request;
  // The checksum of a Complete is the object's, not that of its own body.
  const bodyHeaders = Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-'));
  const named = parseNamedParts(await receiveText({ ...request, headers: Object.fromEntries(bodyHeaders) }));
  const parts = choosePartsOf(upload, named);
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  checkSize(headers, sizeBytes);
  // Here only to spare the copying: the one that counts stands beside the commit.
  checkWriteConditions(bucket, key, headers);
  return writeNewFile(store, async (file, write) => {
    const checksum = await joinParts(upload, parts, write).catch((error: unknown) => {
      // Another Complete, or an Abort, took the parts away.
      findUpload(bucket, request);
      throw error;
    });
    checkObjectChecksum(headers, checksum);
    findUpload(bucket, request);
    checkWriteConditions(bucket, key, headers);
    const md5s = parts.map(({ md5 }) => md5);
    const etag = `"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-${parts.length}"`;
    const version = commitVersion(bucket, key, { file, sizeBytes, etag, checksum, headers: upload.headers });
    removeUpload(bucket, upload);
    const Location = `http://${headers['host'] ?? ''}/${request.bucket}/${encodeURIComponent(key)}`;
    const elements = { Location, Bucket: request.bucket, Key: key, ETag: etag, ChecksumType: checksum.type };
    return answerXml(
      'CompleteMultipartUploadResult',
      { ...elements, ...renderChecksumElement(checksum) },
      { 'x-amz-version-id': nameVersion(bucket, version) },
    );
  });
}

function checkSize(headers: Headers, sizeBytes: number): void {
  const expected = headers['x-amz-mp-object-size'];
  if (expected === undefined || Number(expected) === sizeBytes) return;
  const message = `The provided 'x-amz-mp-object-size' header value ${expected} does not match what was computed: ${sizeBytes}`;
  throw new S3Error('InvalidRequest', { message });
}

/** One part after the other into the object's file; the object's checksum is computed over what is written there. */
async function joinParts(upload: Upload, parts: Part[], write: (bytes: Buffer) => Promise<void>): Promise<Checksum> {
  const digest = createDigest(upload.algorithm);
  for (const part of parts) {
    if (upload.type === 'COMPOSITE') digest.update(Buffer.from(part.checksum.value, 'base64'));
    for await (const bytes of createReadStream(part.file, { highWaterMark: 1024 ** 2 }) as AsyncIterable<Buffer>) {
      if (upload.type === 'FULL_OBJECT') digest.update(bytes);
      await write(bytes);
    }
  }
  const value = digest.digest().toString('base64');
  const { algorithm, type } = upload;
  return { algorithm, type, value: type === 'COMPOSITE' ? `${value}-${parts.length}` : value };
}

function checkObjectChecksum(headers: Headers, { algorithm, type, value }: Checksum): void {
  const askedType = headers['x-amz-checksum-type'];
  if (askedType !== undefined && askedType !== type) {
    const message = `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`;
    throw new S3Error('BadDigest', { message });
  }
  const given = readChecksumHeader(headers);
  if (!given) return;
  if (given.algorithm !== algorithm) {
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}, actual checksum Type: ${given.algorithm}`;
    throw new S3Error('InvalidRequest', { message });
  }
  const isShort = type === 'COMPOSITE' && !given.value.includes('-');
  checkChecksum(algorithm, given.value, isShort ? value.replace(/-\d+$/, '') : value);
}
