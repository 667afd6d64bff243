import { createReadStream, openSync } from 'node:fs';
import { validateHeaderValue } from 'node:http';
import type { Answer } from './answers.ts';
import { parseRange } from './byte-range.ts';
import { renderChecksumHeaders } from './checksums.ts';
import { checkReadConditions } from './conditions.ts';
import { type Bucket, type Content, findBucket, nameVersion, type Store, type Version } from './object-store.ts';
import { S3Error } from './s3-error.ts';
import { readVersionId, type S3Request } from './s3-request.ts';

const OVERRIDES = /^response-(content-(type|disposition|encoding|language)|cache-control|expires)$/;

/** GetObject and HeadObject. */
export function readObject(store: Store, request: S3Request): Answer {
  const bucket = findBucket(store, request.bucket);
  const { version, content } = findContent(bucket, request);
  const { headers, query } = request;
  if (query.has('partNumber')) throw new S3Error('NotImplemented', { details: { Header: 'partNumber' } });
  checkReadConditions(headers, version, content);
  const range = parseRange(headers['range'], content.sizeBytes);
  // The checksum is the whole object's, so a part of it comes without.
  const showsChecksum = !range && headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED';
  const answer = {
    status: range ? 206 : 200,
    headers: {
      ...content.headers,
      ...readOverrides(query),
      etag: content.etag,
      'accept-ranges': 'bytes',
      'last-modified': version.lastModified.toUTCString(),
      'content-length': range ? range.end - range.start + 1 : content.sizeBytes,
      'content-range': range && `bytes ${range.start}-${range.end}/${content.sizeBytes}`,
      'x-amz-version-id': nameVersion(bucket, version),
      ...(showsChecksum && renderChecksumHeaders(content.checksum)),
    },
  };
  if (request.method === 'HEAD' || content.sizeBytes === 0) return answer;
  // Opened in this very step: the version may be deleted in the next, and is still read to its end.
  return { ...answer, body: createReadStream('', { ...range, fd: openSync(content.file, 'r') }) };
}

function findContent(bucket: Bucket, { key, query }: S3Request): { version: Version; content: Content } {
  const versions = bucket.objects.get(key) ?? [];
  const versionId = readVersionId(query);
  const version = versionId === null ? versions[0] : versions.find((candidate) => candidate.versionId === versionId);
  if (!version && versionId !== null) {
    throw new S3Error('NoSuchVersion', { details: { Key: key, VersionId: versionId } });
  }
  if (!version) throw new S3Error('NoSuchKey', { details: { Key: key } });
  if (version.content) return { version, content: version.content };
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (versionId === null) throw new S3Error('NoSuchKey', { details: { Key: key }, headers });
  const details = { Method: 'GET', ResourceType: 'DeleteMarker' };
  const lastModified = version.lastModified.toUTCString();
  throw new S3Error('MethodNotAllowed', {
    details,
    headers: { ...headers, allow: 'DELETE', 'last-modified': lastModified },
  });
}

function readOverrides(query: URLSearchParams): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const [name, value] of query) {
    if (!OVERRIDES.test(name)) continue;
    try {
      validateHeaderValue(name, value);
    } catch {
      throw new S3Error('InvalidArgument', {
        message: 'Header value cannot be represented using ISO-8859-1.',
        details: { ArgumentName: name },
      });
    }
    overrides[name.slice('response-'.length)] = value;
  }
  return overrides;
}
