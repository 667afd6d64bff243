import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { create as createContentDisposition } from 'content-disposition';
import { makeSafeFileName } from '../document-key.ts';
import { TransientError } from '../errors.ts';
import type { SignLink } from '../ports.ts';

const LIFETIME_SECONDS = 15 * 60;

type Options = { client: S3Client; now: () => number };

/**
 * Links to objects that whoever has one may download, with the rights of who signed it. They name the recorded version and
 * the file's own name (RFC 6266, RFC 8187), and live for 15 minutes, or as long as the credentials that sign them where
 * those say when they end. On Lambda's own they don't: nothing in its environment tells.
 *
 * Codes: `credentials_unavailable`.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
 */
export const createLinkSigner =
  ({ client, now }: Options): SignLink =>
  async ({ bucket, key, versionId, fileName }) => {
    // To the second, as the link says it.
    const signedAtMs = Math.floor(now() / 1000) * 1000;
    const { expiration } = await client.config.credentials().catch(failWith);
    const livesSeconds = expiration ? Math.floor((expiration.getTime() - signedAtMs) / 1000) : LIFETIME_SECONDS;
    const expiresIn = Math.min(LIFETIME_SECONDS, livesSeconds);
    if (expiresIn < 1) failWith();
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      VersionId: versionId,
      ResponseContentDisposition: createContentDisposition(makeSafeFileName(fileName)),
    });
    const url = await getSignedUrl(client, command, { expiresIn, signingDate: new Date(signedAtMs) }).catch(failWith);
    return { url, expiresAt: new Date(signedAtMs + expiresIn * 1000) };
  };

function failWith(cause?: unknown): never {
  throw new TransientError({
    stage: 'authenticate',
    code: 'credentials_unavailable',
    message: 'There are no credentials that a link could be signed with.',
    cause,
  });
}
