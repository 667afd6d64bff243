import { createS3Server, type S3Server } from './s3/s3-server.ts';

export type LocalBucket = Omit<S3Server, 'createBucket'> & { bucket: string };

/** S3 in this process, with the archive's bucket as serverless.yml sets it up; `directory` is where its objects go. */
export async function startBucket({ directory, port = 0 }: { directory: string; port?: number }): Promise<LocalBucket> {
  const bucket = 'archive';
  const s3 = await createS3Server({ directory, port });
  s3.createBucket(bucket, { versioning: true });
  return { ...s3, bucket };
}
