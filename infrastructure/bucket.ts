import { arnOf, fillIn, type Reference, refer, type Resources, RETAIN } from './cloudformation.ts';
import { denyPlainHttp, policyDocument } from './policy.ts';
import type { Settings } from './settings.ts';

export const bucketName = ({ existingBucket }: Settings): Reference => existingBucket ?? refer('ArchiveBucket');

export const bucketArn = ({ existingBucket }: Settings): Reference =>
  existingBucket ? fillIn(`arn:\${AWS::Partition}:s3:::${existingBucket}`) : arnOf('ArchiveBucket');

/** The ARN of all that archive writes. */
export const objectsArn = ({ existingBucket, keyPrefix }: Settings): Reference => {
  const bucket = existingBucket ? `arn:\${AWS::Partition}:s3:::${existingBucket}` : '${ArchiveBucket.Arn}';
  return fillIn(`${bucket}/${keyPrefix}tasks/*`);
};

/** A bucket key: one request to KMS for many objects, and the price of it. */
const encryption = ({ kmsKeyArn }: Settings) =>
  kmsKeyArn
    ? { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn }, BucketKeyEnabled: true }
    : { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } };

const lifecycleRules = ({ coldStorageClass: StorageClass, coldStorageDays: TransitionInDays }: Settings) => {
  const abortStale = {
    Id: 'abort-stale-uploads', // of an invocation that died; no living one is older than 900 s
    Status: 'Enabled',
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  };
  if (!StorageClass) return [abortStale];
  // S3 itself leaves out what is smaller than 128 KB, where the move would cost more than it saves.
  const moveToColder = {
    Id: 'move-to-colder-class',
    Status: 'Enabled',
    Transitions: [{ StorageClass, TransitionInDays }],
    NoncurrentVersionTransitions: [{ StorageClass, TransitionInDays }],
  };
  return [abortStale, moveToColder];
};

const objectLock = ({ objectLockMode: Mode, objectLockDays: Days }: Settings) =>
  Mode && {
    ObjectLockEnabled: true,
    ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode, Days } } },
  };

/** Where the documents are kept. It has no fixed name, so that what outlives a removal is in nobody's way. */
export function describeBucket(settings: Settings): Resources {
  if (settings.existingBucket) return {};
  return {
    ArchiveBucket: {
      Type: 'AWS::S3::Bucket',
      ...RETAIN,
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' }, // a changed document is a new version, never a lost one
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: { ServerSideEncryptionConfiguration: [encryption(settings)] },
        LifecycleConfiguration: { Rules: lifecycleRules(settings) },
        ...objectLock(settings),
      },
    },
    ArchiveBucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      ...RETAIN, // what outlives a removal is asked over TLS only, too
      Properties: {
        Bucket: refer('ArchiveBucket'),
        PolicyDocument: policyDocument(denyPlainHttp('s3', arnOf('ArchiveBucket'), fillIn('${ArchiveBucket.Arn}/*'))),
      },
    },
  };
}
