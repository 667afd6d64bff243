import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { type Answer, answerXml } from './answers.ts';
import { createBucket, findBucket, type Store } from './object-store.ts';
import { compareKeys } from './page-entries.ts';
import { receiveText } from './request-body.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

export function listBuckets(store: Store): Answer {
  const buckets = [...store.buckets.values()].toSorted((a, b) => compareKeys(a.name, b.name));
  return answerXml('ListAllMyBucketsResult', {
    Owner: { ID: 'local', DisplayName: 'local' },
    Buckets: { Bucket: buckets.map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt })) },
  });
}

export function putBucket(store: Store, { bucket }: S3Request): Answer {
  createBucket(store, bucket);
  return { status: 200, headers: { location: `/${bucket}` } };
}

export function headBucket(store: Store, { bucket }: S3Request): Answer {
  findBucket(store, bucket);
  return { status: 200 };
}

export function getBucketVersioning(store: Store, { bucket }: S3Request): Answer {
  return answerXml('VersioningConfiguration', { Status: findBucket(store, bucket).versioning });
}

export async function putBucketVersioning(store: Store, request: S3Request): Promise<Answer> {
  const bucket = findBucket(store, request.bucket);
  const xml = await receiveText(request);
  if (XMLValidator.validate(xml) !== true) throw new S3Error('MalformedXML');
  const status: unknown = new XMLParser().parse(xml)?.VersioningConfiguration?.Status;
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML');
  bucket.versioning = status;
  return { status: 200 };
}
