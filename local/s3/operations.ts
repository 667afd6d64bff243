import type { Answer } from './answers.ts';
import { getBucketVersioning, headBucket, listBuckets, putBucket, putBucketVersioning } from './bucket-operations.ts';
import { completeMultipartUpload } from './complete-upload.ts';
import { listObjects, listObjectVersions } from './list-objects.ts';
import { listMultipartUploads, listParts } from './list-uploads.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart } from './multipart.ts';
import type { Store } from './object-store.ts';
import { readObject } from './read-object.ts';
import type { S3Request } from './s3-request.ts';
import { deleteObject, putObject } from './write-object.ts';

type Operation = { name: string; run: (store: Store, request: S3Request) => Answer | Promise<Answer> };

/** Query names that make another operation of the same method and path. */
const SUBRESOURCES = new Set(['versioning', 'versions', 'uploads', 'uploadId', 'list-type']);
const PARAMETERS =
  /^(x-id|x-amz-.+|response-.+|versionId|partNumber|prefix|delimiter|max-(keys|uploads|parts)|encoding-type|fetch-owner|start-after|continuation-token|(key|version-id|upload-id|part-number)-marker)$/i;

const OPERATIONS: Record<string, Operation> = {
  'GET service': { name: 'ListBuckets', run: listBuckets },
  'PUT bucket': { name: 'CreateBucket', run: putBucket },
  'HEAD bucket': { name: 'HeadBucket', run: headBucket },
  'GET bucket versioning': { name: 'GetBucketVersioning', run: getBucketVersioning },
  'PUT bucket versioning': { name: 'PutBucketVersioning', run: putBucketVersioning },
  'GET bucket list-type': { name: 'ListObjectsV2', run: listObjects },
  'GET bucket versions': { name: 'ListObjectVersions', run: listObjectVersions },
  'GET bucket uploads': { name: 'ListMultipartUploads', run: listMultipartUploads },
  'PUT object': { name: 'PutObject', run: putObject },
  'GET object': { name: 'GetObject', run: readObject },
  'HEAD object': { name: 'HeadObject', run: readObject },
  'DELETE object': { name: 'DeleteObject', run: deleteObject },
  'POST object uploads': { name: 'CreateMultipartUpload', run: createMultipartUpload },
  'PUT object uploadId': { name: 'UploadPart', run: uploadPart },
  'GET object uploadId': { name: 'ListParts', run: listParts },
  'DELETE object uploadId': { name: 'AbortMultipartUpload', run: abortMultipartUpload },
  'POST object uploadId': { name: 'CompleteMultipartUpload', run: completeMultipartUpload },
};

/** Undefined for what S3 may know and we don't: an unknown query name is never taken for the plain operation. */
export function findOperation({ method, bucket, key, query }: S3Request): Operation | undefined {
  const level = key !== '' ? 'object' : bucket !== '' ? 'bucket' : 'service';
  const names = [...query.keys()].filter((name) => !PARAMETERS.test(name));
  if (names.some((name) => !SUBRESOURCES.has(name))) return undefined;
  return OPERATIONS[[method, level, ...names].join(' ')];
}
