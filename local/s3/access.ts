import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

const PAYLOADS =
  /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER|STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?)$/;
const PRESIGNED = ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature'] as const;

export type AccessRules = { accessKeyId: string | undefined; now: () => number };

/** Who asks, and until when. Signatures themselves are *not* verified. */
export function checkAccess(request: S3Request, rules: AccessRules): void {
  const { headers, query } = request;
  if (query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature')) return checkPresigned(request, rules);
  const authorization = headers['authorization'];
  if (authorization === undefined) throw new S3Error('AccessDenied');
  const credential = /^AWS4-HMAC-SHA256 +Credential=([^,\s]+),\s*SignedHeaders=[^,]+,\s*Signature=[0-9a-f]{64}$/.exec(
    authorization,
  )?.[1];
  if (credential === undefined) throw new S3Error('AuthorizationHeaderMalformed');
  checkCredential(credential, rules);
  const payload = headers['x-amz-content-sha256'];
  if (payload === undefined) {
    throw new S3Error('InvalidRequest', { message: 'Missing required header for this request: x-amz-content-sha256' });
  }
  if (!PAYLOADS.test(payload)) {
    const message =
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.';
    throw new S3Error('InvalidArgument', { message });
  }
}

function checkPresigned({ query, incoming }: S3Request, rules: AccessRules): void {
  const values = PRESIGNED.map((name) => query.get(`X-Amz-${name}`) ?? '');
  const [algorithm, credential = '', date = '', expires = '', signedHeaders = '', signature] = values;
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const isComplete = algorithm === 'AWS4-HMAC-SHA256' && credential !== '' && signedHeaders !== '' && signature !== '';
  if (!isComplete || Number.isNaN(signedAt) || !/^\d+$/.test(expires) || Number(expires) > 604_800) {
    throw new S3Error('AuthorizationQueryParametersError');
  }
  checkCredential(credential, rules);
  if (signedAt + Number(expires) * 1000 <= rules.now()) {
    throw new S3Error('AccessDenied', { message: 'Request has expired', details: { 'X-Amz-Expires': expires } });
  }
  // Other headers (Range, If-Match, …) may be added to a link; these would change what it was signed for.
  const signed = signedHeaders.toLowerCase().split(';');
  const unsigned = Object.keys(incoming.headers).filter((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (unsigned.length > 0) {
    const message = 'There were headers present in the request which were not signed';
    throw new S3Error('AccessDenied', { message, details: { HeadersNotSigned: unsigned.join(', ') } });
  }
}

function checkCredential(credential: string, { accessKeyId }: AccessRules): void {
  const given = credential.split('/')[0] ?? '';
  if (accessKeyId === undefined || given === accessKeyId) return;
  throw new S3Error('InvalidAccessKeyId', { details: { AWSAccessKeyId: given } });
}
