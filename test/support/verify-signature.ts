import { createHash, createHmac } from 'node:crypto';

export type SentRequest = { method: string; url: string; headers: Record<string, string>; body: Buffer };

const hash = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const hmac = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Whether AWS would take a request for what somebody with this secret has signed: worked out from what came over the wire
 * alone, word by word as AWS describes it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedBy(secret: string, { method, url, headers, body }: SentRequest): boolean {
  const parsed =
    /Credential=[^/]+\/((\d+)\/([^/]+)\/([^/]+)\/aws4_request), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    );
  const [, scope = '', day = '', region = '', service = '', names = '', signature] = parsed ?? [];
  const [path = '', search = ''] = url.split('?');
  const pairs = [...new URLSearchParams(search)].map(([name, value]) => `${encode(name)}=${encode(value)}`).toSorted();
  const signed = names.split(';').map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, ' ')}\n`);
  const content = headers['x-amz-content-sha256'];
  if (content !== undefined && content !== 'UNSIGNED-PAYLOAD' && content !== hash(body)) return false;
  const segments = path.split('/').map((segment) => encode(decodeURIComponent(segment)));
  const canonical = [method, segments.join('/'), pairs.join('&'), signed.join(''), names, content ?? hash(body)];
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical.join('\n'))].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString('hex') === signature;
}
