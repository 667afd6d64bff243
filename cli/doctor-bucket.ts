import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
} from '@aws-sdk/client-s3';
import type { Connection } from './connection.ts';
import { refusesPlainHttp } from './plain-http-policy.ts';
import { type Finding, good, judge, type Verdict, warn, wrong } from './verdict.ts';

/** Turns the error by which S3 says "there is none" into a verdict. */
const unlessNamed = (name: string, verdict: Verdict) => (error: Error) => {
  if (error.name === name) return verdict;
  throw error;
};

/** The bucket: is it there, does it keep versions, and can nobody else read it? */
export async function checkBucket({ s3, bucket: Bucket }: Connection): Promise<Finding[]> {
  const exists = async () => {
    await s3.send(new HeadBucketCommand({ Bucket })).catch((error: Error) => {
      if (error.name === 'NotFound') throw new Error(`There is no bucket ${Bucket}.`);
      throw error;
    });
    return good(`${Bucket} is there`);
  };
  const keepsVersions = async () => {
    const { Status = 'off' } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
    if (Status === 'Enabled') return good('versions are kept');
    return wrong(`versioning is ${Status}: a changed document replaces the one before for ever`, 'Turn versioning on.');
  };
  const open = wrong('public access is not blocked', 'Turn on all four settings of Block Public Access.');
  const isPrivate = async () => {
    const { PublicAccessBlockConfiguration: found } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    const all = [
      found?.BlockPublicAcls,
      found?.BlockPublicPolicy,
      found?.IgnorePublicAcls,
      found?.RestrictPublicBuckets,
    ];
    return all.every(Boolean) ? good('public access is blocked') : open;
  };
  const plain = warn('requests without TLS are not refused', 'Deny them in the bucket policy (aws:SecureTransport).');
  const isTlsOnly = async () => {
    const { Policy = '{}' } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    return refusesPlainHttp(Policy) ? good('requests without TLS are refused') : plain;
  };
  const bare = warn('there is no default encryption', 'Set SSE-S3, or a KMS key of your own.');
  const isEncrypted = async () => {
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    const algorithm = ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm;
    return algorithm ? good(`encrypted by default (${algorithm})`) : bare;
  };

  const first = await judge('bucket', 's3:ListBucket', exists);
  if (first.result === 'wrong') return [first];
  const rest = await Promise.all([
    judge('bucket versions', 's3:GetBucketVersioning', keepsVersions),
    judge('bucket privacy', 's3:GetBucketPublicAccessBlock', () =>
      isPrivate().catch(unlessNamed('NoSuchPublicAccessBlockConfiguration', open)),
    ),
    judge('bucket TLS', 's3:GetBucketPolicy', () => isTlsOnly().catch(unlessNamed('NoSuchBucketPolicy', plain))),
    judge('bucket encryption', 's3:GetEncryptionConfiguration', () =>
      isEncrypted().catch(unlessNamed('ServerSideEncryptionConfigurationNotFoundError', bare)),
    ),
  ]);
  return [first, ...rest];
}
