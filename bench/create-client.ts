import { S3Client } from '@aws-sdk/client-s3';
import { credentials, region } from '../local/local-account.ts';

/** The SDK's client as it comes. */
export const createClient = (endpoint: string): S3Client =>
  new S3Client({ endpoint, region, credentials, forcePathStyle: true });
