import { describe, expect, it } from '@jest/globals';
import { bucketArn, bucketName, describeBucket, objectsArn } from '../../infrastructure/bucket.ts';
import { createSettings } from '../support/create-settings.ts';

const bucketWith = (values: Record<string, unknown> = {}) =>
  describeBucket(createSettings(values)).ArchiveBucket?.Properties ?? {};
const rulesWith = (values: Record<string, unknown> = {}) =>
  (bucketWith(values).LifecycleConfiguration as { Rules: { Id: string }[] }).Rules;
const kmsKeyArn = 'arn:aws:kms:eu-central-1:111122223333:key/abcd';

describe('a new bucket', () => {
  it('keeps every version', () => {
    expect(bucketWith().VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });

  it('blocks every kind of public access', () => {
    expect(bucketWith().PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  it('owns what is in it, without ACLs', () => {
    expect(bucketWith().OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
  });

  it('is encrypted by S3', () => {
    expect(bucketWith().BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    });
  });

  it("is encrypted with the customer's key and a bucket key where there is one", () => {
    expect(bucketWith({ kmsKeyArn }).BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn },
        },
      ],
    });
  });

  it('aborts abandoned uploads after a week and moves nothing', () => {
    expect(rulesWith()).toEqual([
      { Id: 'abort-stale-uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
    ]);
  });

  it.each(['STANDARD_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'])(
    'moves all versions to %s when told to',
    (coldStorageClass) => {
      const transition = { StorageClass: coldStorageClass, TransitionInDays: 60 };
      expect(rulesWith({ coldStorageClass, coldStorageDays: 60 })).toEqual([
        ...rulesWith(),
        {
          Id: 'move-to-colder-class',
          Status: 'Enabled',
          Transitions: [transition],
          NoncurrentVersionTransitions: [transition],
        },
      ]);
    },
  );

  it('locks nothing by default', () => {
    expect(Object.keys(bucketWith()).filter((name) => name.startsWith('ObjectLock'))).toEqual([]);
  });

  it.each(['GOVERNANCE', 'COMPLIANCE'])('locks every version under %s when told to', (objectLockMode) => {
    expect(bucketWith({ objectLockMode, objectLockDays: 3650 })).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: objectLockMode, Days: 3650 } },
      },
    });
  });

  it('refuses everybody without TLS', () => {
    expect(describeBucket(createSettings()).ArchiveBucketPolicy?.Properties).toEqual({
      Bucket: { Ref: 'ArchiveBucket' },
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: [{ 'Fn::GetAtt': ['ArchiveBucket', 'Arn'] }, { 'Fn::Sub': '${ArchiveBucket.Arn}/*' }],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    });
  });

  it('outlives the stack together with its policy, and has no fixed name', () => {
    const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    expect(describeBucket(createSettings())).toMatchObject({ ArchiveBucket: kept, ArchiveBucketPolicy: kept });
    expect(bucketWith()).not.toHaveProperty('BucketName');
  });

  it('is what everything else refers to', () => {
    const settings = createSettings({ keyPrefix: 'legal/' });
    expect(bucketName(settings)).toEqual({ Ref: 'ArchiveBucket' });
    expect(bucketArn(settings)).toEqual({ 'Fn::GetAtt': ['ArchiveBucket', 'Arn'] });
    expect(objectsArn(settings)).toEqual({ 'Fn::Sub': '${ArchiveBucket.Arn}/legal/tasks/*' });
  });
});

describe('an existing bucket', () => {
  const settings = createSettings({ existingBucket: 'contracts', keyPrefix: 'legal/' });

  it('is left alone: nothing of it is in the template', () => {
    expect(describeBucket(settings)).toEqual({});
  });

  it('is what everything else refers to', () => {
    expect(bucketName(settings)).toBe('contracts');
    expect(bucketArn(settings)).toEqual({ 'Fn::Sub': 'arn:${AWS::Partition}:s3:::contracts' });
    expect(objectsArn(settings)).toEqual({ 'Fn::Sub': 'arn:${AWS::Partition}:s3:::contracts/legal/tasks/*' });
  });
});
