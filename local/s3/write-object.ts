import type { Answer } from './answers.ts';
import { renderChecksumHeaders } from './checksums.ts';
import { checkWriteConditions } from './conditions.ts';
import { commitVersion, findBucket, nameVersion, removeVersion, type Store, writeNewFile } from './object-store.ts';
import { receiveBody } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import { type Headers, readVersionId, type S3Request } from './s3-request.ts';

const KEPT = /^(content-(type|disposition|encoding|language)|cache-control|expires|x-amz-meta-.+)$/;
const UNSUPPORTED =
  /^x-amz-(copy-source|tagging|object-lock|website-redirect|write-offset|server-side-encryption-cust)/;

/** What an object keeps of the request that made it. Refuses what we would otherwise silently not do. */
export function keepHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  let metadataBytes = 0;
  for (const [name, value = ''] of Object.entries(headers)) {
    if (UNSUPPORTED.test(name)) throw new S3Error('NotImplemented', { details: { Header: name } });
    if (name.startsWith('x-amz-meta-')) metadataBytes += name.length - 'x-amz-meta-'.length + Buffer.byteLength(value);
    if (KEPT.test(name) && value !== '') kept[name] = value;
  }
  if (metadataBytes > 2048) throw new S3Error('MetadataTooLarge', { details: { MaxSizeAllowed: '2048' } });
  const encodings = (kept['content-encoding'] ?? '').split(',').filter((name) => name.trim() !== 'aws-chunked');
  if (encodings.join('') === '') delete kept['content-encoding'];
  else kept['content-encoding'] = encodings.join(',').trim();
  return kept;
}

export async function putObject(store: Store, request: S3Request): Promise<Answer> {
  const bucket = findBucket(store, request.bucket);
  const headers = keepHeaders(request.headers);
  return writeNewFile(store, async (file, write) => {
    const { sizeBytes, md5, checksum: computed } = await receiveBody(request, write);
    const etag = `"${md5.toString('hex')}"`;
    const checksum = { ...computed, type: 'FULL_OBJECT' as const };
    checkWriteConditions(bucket, request.key, request.headers);
    const version = commitVersion(bucket, request.key, { file, sizeBytes, etag, checksum, headers });
    const versionId = nameVersion(bucket, version);
    return { status: 200, headers: { etag, 'x-amz-version-id': versionId, ...renderChecksumHeaders(checksum) } };
  });
}

export function deleteObject(store: Store, { bucket: name, key, query, headers }: S3Request): Answer {
  const bucket = findBucket(store, name);
  // S3 can delete on a condition; nothing here does, and to ignore one would lose somebody's object.
  const condition = Object.keys(headers).find((header) => /^(if-|x-amz-if-)/.test(header));
  if (condition) throw new S3Error('NotImplemented', { details: { Header: condition } });
  const versionId = readVersionId(query);
  if (versionId !== null) {
    const removed = removeVersion(bucket, key, versionId);
    const isMarker = removed && !removed.content ? 'true' : undefined;
    return { status: 204, headers: { 'x-amz-version-id': versionId, 'x-amz-delete-marker': isMarker } };
  }
  if (!bucket.versioning) {
    removeVersion(bucket, key, 'null');
    return { status: 204 };
  }
  const marker = commitVersion(bucket, key, undefined);
  return { status: 204, headers: { 'x-amz-version-id': marker.versionId, 'x-amz-delete-marker': 'true' } };
}
