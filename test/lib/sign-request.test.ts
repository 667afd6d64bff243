import { describe, expect, it } from '@jest/globals';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import type { AwsRequest, AwsService } from '../../lib/aws-call.ts';
import { createSigner, type Credentials } from '../../lib/sign-request.ts';

const region = 'eu-central-1';
const credentials: Credentials = { accessKeyId: 'id', secretAccessKey: 'the secret' };
const at = new Date('2026-01-02T03:04:05.678Z');
const place = (service: AwsService, url = 'https://aws.example:8443') => ({ service, region, endpoint: new URL(url) });

/** What the SDK's own signer makes of a request. */
async function signLikeSdk(service: AwsService, request: AwsRequest, by: Credentials) {
  const { method, path = '', query = {}, headers = {}, body = [] } = request;
  const content = Buffer.concat(body);
  const signer = new SignatureV4({
    service,
    region,
    credentials: by as Credentials & { sessionToken: string },
    sha256: Hash.bind(null, 'sha256'),
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  });
  const unsigned = { host: 'aws.example:8443', 'content-length': String(content.length), ...headers };
  const whole = { method, protocol: 'https:', hostname: 'aws.example', path: `/${path}`, query, headers: unsigned };
  return signer.sign({ ...whole, body: content }, { signingDate: at });
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
/** Of which one begins as another does: their order is not that of what stands behind the equals sign. */
const name = fc
  .oneof(text, fc.stringMatching(/^a[-1a=]?$/))
  // The SDK's signer loses it.
  .filter((chosen) => chosen !== '__proto__');
const headerText = fc.stringMatching(/^[!-~]([ -~]{0,10}[!-~])?$/);
const requests = fc.record({
  method: fc.constantFrom('GET' as const, 'PUT' as const, 'POST' as const),
  path: fc
    .array(
      text.filter((part) => !['.', '..'].includes(part)),
      { maxLength: 4 },
    )
    .map((parts) => parts.map(encodeURIComponent).join('/')),
  query: fc.dictionary(name, text, { maxKeys: 4 }),
  headers: fc.dictionary(fc.stringMatching(/^x-[a-z][a-z-]{0,8}$/), headerText, { maxKeys: 4 }),
  body: fc.array(
    fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 3 },
  ),
});
const signers = fc.record({
  accessKeyId: fc.stringMatching(/^[A-Z0-9]{4,20}$/),
  secretAccessKey: text,
  sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,20}$/), { nil: undefined }),
});
const services = fc.constantFrom<AwsService>('s3', 'sqs', 'dynamodb', 'events', 'ssm');

it('is what the SDK signs, whatever is sent, by whomever', async () => {
  const check = async (service: AwsService, request: AwsRequest, by: Credentials) => {
    const { headers } = createSigner(place(service))(request, by, at);
    expect(headers).toEqual((await signLikeSdk(service, request, by)).headers);
  };
  await fc.assert(fc.asyncProperty(services, requests, signers, check));
});

describe('a signature', () => {
  it('is over the hash that the request brings with it', () => {
    const sign = createSigner(place('s3'));
    const given = { method: 'PUT', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } } as const;
    const [one, other] = ['a', 'b'].map((body) => sign({ ...given, body: [Buffer.from(body)] }, credentials, at));
    expect(one).toEqual(other);
  });

  it.each<[string, Credentials, Date]>([
    ['another secret', { ...credentials, secretAccessKey: 'another' }, at],
    ['another day', credentials, new Date('2026-01-03T03:04:05.678Z')],
  ])('is not made with the key that is kept for %s', (_, by, when) => {
    const sign = createSigner(place('sqs'));
    sign({ method: 'POST' }, credentials, at);
    const alone = createSigner(place('sqs'))({ method: 'POST' }, by, when);
    expect(sign({ method: 'POST' }, by, when)).toEqual(alone);
  });
});

it.each<[AwsRequest, string]>([
  [{ method: 'GET' }, '/bucket/'],
  [{ method: 'GET', path: 'a%20b' }, '/bucket/a%20b'],
  [{ method: 'GET', path: 'a', query: { 'x y': "+'*", b: '' } }, '/bucket/a?b=&x%20y=%2B%27%2A'],
])('%j is sent to %s, below its endpoint', (request, target) => {
  expect(createSigner(place('s3', 'https://aws.example/bucket/'))(request, credentials).target).toBe(target);
});
