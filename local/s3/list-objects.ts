import { type Answer, answerXml } from './answers.ts';
import { findBucket, type Store, type Version } from './object-store.ts';
import { compareKeys, pageEntries, readCount, readEncoding } from './page-entries.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

const OWNER = { ID: 'local', DisplayName: 'local' };

function describeContent({ lastModified, content }: Version) {
  return { LastModified: lastModified, ETag: content?.etag, Size: content?.sizeBytes };
}

export function listObjects(store: Store, { bucket: name, query }: S3Request): Answer {
  const bucket = findBucket(store, name);
  if (query.get('list-type') !== '2') throw new S3Error('NotImplemented');
  const max = readCount(query, 'max-keys');
  const token = query.get('continuation-token');
  const marker = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const entries = [...bucket.objects]
    .flatMap(([key, [version]]) => (version?.content ? [{ key, version }] : []))
    .toSorted((a, b) => compareKeys(a.key, b.key));
  const isLeft = ({ key }: { key: string }) => compareKeys(key, marker) > 0;
  const { items, prefixes, next } = pageEntries(entries, { query, max, marker, isLeft });
  const encode = readEncoding(query);
  return answerXml('ListBucketResult', {
    Name: name,
    Prefix: encode(query.get('prefix') ?? ''),
    Delimiter: query.has('delimiter') ? encode(query.get('delimiter') ?? '') : undefined,
    StartAfter: query.has('start-after') ? encode(query.get('start-after') ?? '') : undefined,
    EncodingType: query.get('encoding-type') ?? undefined,
    MaxKeys: max,
    KeyCount: items.length + prefixes.length,
    IsTruncated: next !== undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: next && Buffer.from(next.key).toString('base64url'),
    Contents: items.map(({ key, version }) => ({
      Key: encode(key),
      ...describeContent(version),
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

export function listObjectVersions(store: Store, { bucket: name, query }: S3Request): Answer {
  const bucket = findBucket(store, name);
  const max = readCount(query, 'max-keys');
  const marker = query.get('key-marker') ?? '';
  const idMarker = query.get('version-id-marker');
  // A marker that was deleted since has position -1: all that is left of its key comes after it.
  const markerPosition = bucket.objects.get(marker)?.findIndex(({ versionId }) => versionId === idMarker) ?? -1;
  const entries = [...bucket.objects]
    .toSorted(([a], [b]) => compareKeys(a, b))
    .flatMap(([key, versions]) => versions.map((version, position) => ({ key, version, position })));
  type Entry = (typeof entries)[number];
  const isLeft = ({ key, position }: Entry) =>
    compareKeys(key, marker) > 0 || (key === marker && idMarker !== null && position > markerPosition);
  const { items, prefixes, next } = pageEntries(entries, { query, max, marker, isLeft });
  const encode = readEncoding(query);
  const describe = ({ key, version, position }: Entry) => ({
    Key: encode(key),
    VersionId: version.versionId,
    IsLatest: position === 0,
    ...describeContent(version),
    StorageClass: version.content && 'STANDARD',
    Owner: OWNER,
  });
  return answerXml('ListVersionsResult', {
    Name: name,
    Prefix: encode(query.get('prefix') ?? ''),
    Delimiter: query.has('delimiter') ? encode(query.get('delimiter') ?? '') : undefined,
    EncodingType: query.get('encoding-type') ?? undefined,
    KeyMarker: encode(marker),
    VersionIdMarker: idMarker ?? undefined,
    NextKeyMarker: next && encode(next.key),
    NextVersionIdMarker: next?.entry?.version.versionId,
    MaxKeys: max,
    IsTruncated: next !== undefined,
    Version: items.filter(({ version }) => version.content).map(describe),
    DeleteMarker: items.filter(({ version }) => !version.content).map(describe),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}
