import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a storage host says about a presented URL, in the words of S3. */
export type SignatureVerdict = 'valid' | 'missing' | 'wrong' | 'expired';

/** Milliseconds since the epoch → the `20251124T040000Z` of a presigned URL. */
const toAmzDate = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');
const fromAmzDate = (text: string) =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** Signs a GET of `url` for `expiresInSeconds` from `now` on; looks like S3's presigned URLs, and is as hard to forge. */
export function signUrl(
  url: URL,
  { secret, now, expiresInSeconds }: { secret: string; now: number; expiresInSeconds: number },
): URL {
  const signed = new URL(url);
  signed.searchParams.set('X-Amz-Algorithm', 'AWS4-HMAC-SHA256');
  signed.searchParams.set('X-Amz-Date', toAmzDate(now));
  signed.searchParams.set('X-Amz-Expires', String(expiresInSeconds));
  signed.searchParams.set('X-Amz-SignedHeaders', 'host');
  signed.searchParams.set('X-Amz-Signature', computeSignature(signed, secret));
  return signed;
}

/** Checks the signature first, like S3: only who holds a real URL learns that it has expired. */
export function verifySignedUrl(url: URL, { secret, now }: { secret: string; now: number }): SignatureVerdict {
  const presented = url.searchParams.get('X-Amz-Signature');
  if (presented === null) return 'missing';
  const expected = Buffer.from(computeSignature(url, secret));
  const given = Buffer.from(presented);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'wrong';
  const signedAt = fromAmzDate(url.searchParams.get('X-Amz-Date') ?? '');
  const expiresAt = signedAt + Number(url.searchParams.get('X-Amz-Expires')) * 1000;
  return now < expiresAt ? 'valid' : 'expired';
}

/** Covers everything that a client could change: the path and every parameter but the signature itself. */
function computeSignature(url: URL, secret: string): string {
  const covered = new URLSearchParams(url.searchParams);
  covered.delete('X-Amz-Signature');
  covered.sort();
  return createHmac('sha256', secret).update(`GET\n${url.host}${url.pathname}\n${covered.toString()}`).digest('hex');
}
