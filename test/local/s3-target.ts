import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { createS3Server } from '../../local/s3/s3-server.ts';

export const credentials = { accessKeyId: 'local', secretAccessKey: 'local-secret' };
export const region = 'us-east-1';

export type OpenStore = {
  endpoint: string;
  client: S3Client;
  /** A new bucket, with versions unless told otherwise. */
  makeBucket: (options?: { versioning?: boolean }) => Promise<string>;
  close: () => Promise<void>;
};

/** The S3 under test. To run the tests of S3's own rules against another one, give its endpoint here. */
export async function openStore(): Promise<OpenStore> {
  const directory = await mkdtemp(join(tmpdir(), 's3-'));
  const server = await createS3Server({ directory });
  return {
    ...connect(server.url),
    close: async () => {
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}

export function connect(endpoint: string): Omit<OpenStore, 'close'> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  let count = 0;
  const makeBucket = async ({ versioning = true } = {}) => {
    count += 1;
    const Bucket = `bucket-${Date.now()}-${count}`;
    await client.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    if (versioning) await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    return Bucket;
  };
  return { endpoint, client, makeBucket };
}

/** Code and status of a refusal, as the SDK tells them. */
export async function findRefusal(answer: Promise<unknown>): Promise<{ code: string; status: number | undefined }> {
  try {
    await answer;
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { code: name, status: $metadata?.httpStatusCode };
  }
  return { code: 'none', status: undefined };
}
