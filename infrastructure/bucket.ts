import { arnOf, fillIn, type Reference, refer, type Resources, RETAIN } from './cloudformation.ts';
import type { Settings } from './settings.ts';

export const bucketName = ({ existingBucket }: Settings): Reference => existingBucket ?? refer('ArchiveBucket');

export const bucketArn = ({ existingBucket }: Settings): Reference =>
  existingBucket ? fillIn(`arn:\${AWS::Partition}:s3:::${existingBucket}`) : arnOf('ArchiveBucket');

/** The ARN of all that archive writes. */
export const objectsArn = ({ existingBucket, keyPrefix }: Settings): Reference => {
  const bucket = existingBucket ? `arn:\${AWS::Partition}:s3:::${existingBucket}` : '${ArchiveBucket.Arn}';
  return fillIn(`${bucket}/${keyPrefix}tasks/*`);
};

/** Where the documents are kept. It has no fixed name, so that what outlives a removal is in nobody's way. */
export function describeBucket({ existingBucket }: Settings): Resources {
  if (existingBucket) return {};
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
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        LifecycleConfiguration: {
          Rules: [
            {
              Id: 'abort-stale-uploads', // of an invocation that died; no living one is older than 900 s
              Status: 'Enabled',
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
            },
          ],
        },
      },
    },
  };
}
