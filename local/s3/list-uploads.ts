import { type Answer, answerXml } from './answers.ts';
import { renderChecksumElement } from './checksums.ts';
import { findUpload, type Upload } from './multipart.ts';
import { findBucket, type Store } from './object-store.ts';
import { compareKeys, pageEntries, readCount, readEncoding } from './page-entries.ts';
import type { S3Request } from './s3-request.ts';

function describeAlgorithm({ asked, type }: Upload) {
  return { ChecksumAlgorithm: asked?.toUpperCase(), ChecksumType: asked && type };
}

export function listParts(store: Store, request: S3Request): Answer {
  const upload = findUpload(findBucket(store, request.bucket), request);
  const max = readCount(request.query, 'max-parts');
  const after = readCount(new URLSearchParams({ marker: request.query.get('part-number-marker') ?? '0' }), 'marker');
  const left = [...upload.parts].filter(([number]) => number > after).toSorted(([a], [b]) => a - b);
  const page = left.slice(0, max);
  return answerXml('ListPartsResult', {
    Bucket: request.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.[0],
    MaxParts: max,
    IsTruncated: left.length > page.length,
    ...describeAlgorithm(upload),
    Part: page.map(([number, { receivedAt, md5, sizeBytes, checksum }]) => ({
      PartNumber: number,
      LastModified: receivedAt,
      ETag: `"${md5.toString('hex')}"`,
      Size: sizeBytes,
      ...(upload.asked && renderChecksumElement(checksum)),
    })),
  });
}

export function listMultipartUploads(store: Store, { bucket: name, query }: S3Request): Answer {
  const bucket = findBucket(store, name);
  const max = readCount(query, 'max-uploads');
  const marker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker');
  const uploads = [...bucket.uploads.values()].toSorted((a, b) => compareKeys(a.key, b.key) || compareKeys(a.id, b.id));
  const isLeft = ({ key, id }: Upload) =>
    compareKeys(key, marker) > 0 || (key === marker && idMarker !== null && id > idMarker);
  const { items, prefixes, next } = pageEntries(uploads, { query, max, marker, isLeft });
  const encode = readEncoding(query);
  return answerXml('ListMultipartUploadsResult', {
    Bucket: name,
    Prefix: encode(query.get('prefix') ?? ''),
    KeyMarker: encode(marker),
    UploadIdMarker: idMarker ?? '',
    NextKeyMarker: next && encode(next.key),
    NextUploadIdMarker: next?.entry?.id,
    EncodingType: query.get('encoding-type') ?? undefined,
    MaxUploads: max,
    IsTruncated: next !== undefined,
    Upload: items.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      Initiated: upload.startedAt,
      StorageClass: 'STANDARD',
      ...describeAlgorithm(upload),
    })),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}
