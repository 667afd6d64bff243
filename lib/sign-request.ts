import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { AwsRequest, AwsService } from './aws-call.ts';
import { countBytes } from './count-bytes.ts';
import { percentEncode } from './percent-encode.ts';

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };

type Place = { service: AwsService; region: string; endpoint: URL };

const ALGORITHM = 'AWS4-HMAC-SHA256';
const HASH_HEADER = 'x-amz-content-sha256';

const writeQuery = (query: Readonly<Record<string, string>>) =>
  Object.entries(query)
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');

const sign = (key: KeyObject, text: string) => createHmac('sha256', key).update(text);

function hashAll(parts: readonly (Buffer | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/**
 * Signs what is sent to a service of AWS: version 4, in the headers, all of which are signed. The key of a day is kept: to
 * make it costs more than all the rest.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function createSigner({ service, region, endpoint }: Place) {
  const root = endpoint.pathname.replace(/\/$/, '');
  let kept: { secret: string; day: string; key: KeyObject } | undefined;

  function findKey(secret: string, day: string): KeyObject {
    if (kept?.secret === secret && kept.day === day) return kept.key;
    const parts = [day, region, service, 'aws4_request'];
    const first = createSecretKey(`AWS4${secret}`, 'utf8');
    const key = parts.reduce((last, part) => createSecretKey(sign(last, part).digest()), first);
    kept = { secret, day, key };
    return key;
  }

  return ({ method, path = '', query = {}, headers = {}, body = [] }: AwsRequest, by: Credentials, at = new Date()) => {
    const time = at.toISOString().replace(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const hash = headers[HASH_HEADER] ?? hashAll(body);
    const signed: Record<string, string> = {
      host: endpoint.host,
      'content-length': String(countBytes(body)),
      ...headers,
      'x-amz-date': time,
      ...(by.sessionToken && { 'x-amz-security-token': by.sessionToken }),
      ...(service === 's3' && { [HASH_HEADER]: hash }),
    };
    const names = Object.keys(signed).toSorted();
    const fullPath = `${root}/${path}`;
    const search = writeQuery(query);
    const canonical = [
      method,
      // S3 signs a path as it is sent, the others escape it once more.
      service === 's3' ? fullPath : fullPath.split('/').map(percentEncode).join('/'),
      search,
      ...names.map((name) => `${name}:${(signed[name] as string).trim().replace(/\s+/g, ' ')}`),
      '',
      names.join(';'),
      hash,
    ].join('\n');
    const scope = `${day}/${region}/${service}/aws4_request`;
    const text = [ALGORITHM, time, scope, hashAll([canonical])].join('\n');
    const signature = sign(findKey(by.secretAccessKey, day), text).digest('hex');
    signed.authorization = `${ALGORITHM} Credential=${by.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return { target: search === '' ? fullPath : `${fullPath}?${search}`, headers: signed };
  };
}
