import { randomBytes } from 'node:crypto';
import { type Answer, answerXml } from './answers.ts';
import { type Checksum, type ChecksumAlgorithm, type ChecksumType, parseAlgorithm } from './checksums.ts';
import { type Bucket, findBucket, removeFile, type Store, writeNewFile } from './object-store.ts';
import { readChecksumAlgorithm, receiveBody } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { keepHeaders } from './write-object.ts';

export type Part = { file: string; sizeBytes: number; md5: Buffer; checksum: Omit<Checksum, 'type'>; receivedAt: Date };
export type Upload = {
  id: string;
  key: string;
  startedAt: Date;
  headers: Record<string, string>;
  /** Without one asked for, S3 keeps a CRC-64/NVME of its own and takes no other with a part. */
  asked: ChecksumAlgorithm | undefined;
  algorithm: ChecksumAlgorithm;
  type: ChecksumType;
  parts: Map<number, Part>;
};

export function createMultipartUpload(store: Store, { bucket: name, key, headers }: S3Request): Answer {
  const bucket = findBucket(store, name);
  const given = headers['x-amz-checksum-algorithm'];
  const asked = given === undefined ? undefined : parseAlgorithm(given);
  const algorithm = asked ?? 'crc64nvme';
  const type = chooseType(algorithm, headers['x-amz-checksum-type']);
  const id = randomBytes(48).toString('base64url');
  const upload = { id, key, startedAt: new Date(), headers: keepHeaders(headers), asked, algorithm, type };
  bucket.uploads.set(id, { ...upload, parts: new Map() });
  const elements = { Bucket: name, Key: key, UploadId: id };
  if (!asked) return answerXml('InitiateMultipartUploadResult', elements);
  const checksumHeaders = { 'x-amz-checksum-algorithm': asked.toUpperCase(), 'x-amz-checksum-type': type };
  return answerXml('InitiateMultipartUploadResult', elements, checksumHeaders);
}

/** CRCs can be had over the whole object, SHAs only over the parts' digests. */
function chooseType(algorithm: ChecksumAlgorithm, asked: string | undefined): ChecksumType {
  const type = asked ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isPossible =
    type === 'COMPOSITE' ? algorithm !== 'crc64nvme' : type === 'FULL_OBJECT' && algorithm.startsWith('crc');
  if (isPossible) return type as ChecksumType;
  const message = `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`;
  throw new S3Error('InvalidRequest', { message });
}

export function findUpload(bucket: Bucket, { key, query }: S3Request): Upload {
  const id = query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(id);
  if (upload?.key === key) return upload;
  throw new S3Error('NoSuchUpload', { details: { UploadId: id } });
}

export async function uploadPart(store: Store, request: S3Request): Promise<Answer> {
  const bucket = findBucket(store, request.bucket);
  const upload = findUpload(bucket, request);
  const number = Number(request.query.get('partNumber') ?? Number.NaN);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    const message = 'Part number must be an integer between 1 and 10000, inclusive';
    throw new S3Error('InvalidArgument', { message, details: { ArgumentName: 'partNumber' } });
  }
  keepHeaders(request.headers);
  checkPartAlgorithm(upload, readChecksumAlgorithm(request.headers));
  return writeNewFile(store, async (file, write) => {
    const { sizeBytes, md5, checksum } = await receiveBody(request, write, upload.algorithm);
    findUpload(bucket, request);
    const replaced = upload.parts.get(number);
    upload.parts.set(number, { file, sizeBytes, md5, checksum, receivedAt: new Date() });
    if (replaced) removeFile(replaced.file);
    const checksumHeader = upload.asked && { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value };
    return { status: 200, headers: { etag: `"${md5.toString('hex')}"`, ...checksumHeader } };
  });
}

function checkPartAlgorithm({ asked, type }: Upload, given: ChecksumAlgorithm | undefined): void {
  if (given === asked || (given === undefined && type === 'FULL_OBJECT')) return;
  const message = `Checksum Type mismatch occurred, expected checksum Type: ${asked ?? 'null'}, actual checksum Type: ${given ?? 'null'}`;
  throw new S3Error('InvalidRequest', { message });
}

export function abortMultipartUpload(store: Store, request: S3Request): Answer {
  const bucket = findBucket(store, request.bucket);
  removeUpload(bucket, findUpload(bucket, request));
  return { status: 204 };
}

export function removeUpload(bucket: Bucket, upload: Upload): void {
  bucket.uploads.delete(upload.id);
  for (const part of upload.parts.values()) removeFile(part.file);
}
