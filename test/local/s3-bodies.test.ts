import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawAnswer, sendShort, sendSigned } from './s3-raw.ts';
import { type OpenStore, openStore } from './s3-target.ts';

const text = 'some bytes';
const hash = (algorithm: string, body: string) => createHash(algorithm).update(body).digest('base64');
const sumCrc32 = (body: string) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
};

const hashHex = (body: string) => createHash('sha256').update(body).digest('hex');
const announce = (bytes: number) => ({
  'content-encoding': 'aws-chunked',
  'x-amz-decoded-content-length': String(bytes),
  'x-amz-trailer': 'x-amz-checksum-crc32',
});
const frame = (pieces: string[], trailer: string) =>
  `${pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}0\r\n${trailer}\r\n`;
const trail = (body: string) => `x-amz-checksum-crc32:${sumCrc32(body)}\r\n`;

let store: OpenStore;
let bucket: string;
beforeAll(async () => {
  store = await openStore();
  bucket = await store.makeBucket();
});
afterAll(() => store.close());

function put(key: string, headers: Record<string, string>, more: { payload?: string; body?: string } = {}) {
  const body = more.body ?? text;
  const all = { 'content-length': String(Buffer.byteLength(body)), ...headers };
  return sendSigned(store.endpoint, { method: 'PUT', path: `/${bucket}/${key}`, ...more, headers: all, body });
}
const read = (key: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  sendSigned(store.endpoint, { method: 'GET', path: `/${bucket}/${key}`, headers });

describe('a body', () => {
  it.each([
    ['content-md5', hash('md5', text)],
    ['x-amz-checksum-sha256', hash('sha256', text)],
    ['x-amz-checksum-sha1', hash('sha1', text)],
    ['x-amz-checksum-crc32', sumCrc32(text)],
    ['x-amz-checksum-crc32c', '4waSgw=='],
    ['x-amz-checksum-crc64nvme', 'rosUhgp5mIg='],
  ])('is taken under the right %s', async (name, value) => {
    // The published check values of the two CRCs that Node doesn't have are those of these digits.
    const body = name.endsWith('c') || name.endsWith('nvme') ? '123456789' : text;
    expect(await put(`right-${name}`, { [name]: value }, { body })).toMatchObject({ status: 200 });
    expect((await read(`right-${name}`)).body).toBe(body);
  });

  it.each([
    ['content-md5', hash('md5', 'x')],
    ['x-amz-checksum-sha256', hash('sha256', 'x')],
    ['x-amz-checksum-sha1', hash('sha1', 'x')],
    ['x-amz-checksum-crc32', sumCrc32('x')],
    ['x-amz-checksum-crc32c', '4waSgw=='],
    ['x-amz-checksum-crc64nvme', 'rosUhgp5mIg='],
  ])('is refused under a wrong %s, and nothing is stored', async (name, value) => {
    expect(await put(`wrong-${name}`, { [name]: value })).toMatchObject({ status: 400, code: 'BadDigest' });
    expect(await read(`wrong-${name}`)).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  it('is told which checksum was wrong', async () => {
    const answer = await put('told', { 'x-amz-checksum-sha256': hash('sha256', 'x') });
    expect(answer.body).toContain('The SHA256 you specified did not match the calculated checksum.');
  });

  it('is refused under a Content-MD5 that is none', async () => {
    expect(await put('no-md5', { 'content-md5': 'abc' })).toMatchObject({ status: 400, code: 'InvalidDigest' });
  });

  it('is refused under a checksum of another length', async () => {
    const answer = await put('no-sum', { 'x-amz-checksum-sha256': 'abc' });
    expect(answer).toMatchObject({ status: 400, code: 'InvalidRequest' });
  });

  it('is refused under two checksums', async () => {
    const headers = { 'x-amz-checksum-crc32': sumCrc32(text), 'x-amz-checksum-sha256': hash('sha256', text) };
    expect(await put('two-sums', headers)).toMatchObject({ status: 400, code: 'InvalidRequest' });
  });

  it('is refused when a checksum is announced and missing', async () => {
    const answer = await put('announced', { 'x-amz-sdk-checksum-algorithm': 'CRC32' });
    expect(answer).toMatchObject({ status: 400, code: 'InvalidRequest' });
  });

  it('is taken under its payload hash, and refused under another', async () => {
    expect(await put('hashed', {}, { payload: hashHex(text) })).toMatchObject({ status: 200 });
    const refused = await put('hashed-wrong', {}, { payload: hashHex('x') });
    expect(refused).toMatchObject({ status: 400, code: 'XAmzContentSHA256Mismatch' });
    expect((await read('hashed-wrong')).status).toBe(404);
  });

  it('without a checksum gets a CRC-64/NVME', async () => {
    await put('own-sum', {}, { body: '123456789' });
    const { headers } = await read('own-sum', { 'x-amz-checksum-mode': 'ENABLED' });
    expect(headers['x-amz-checksum-crc64nvme']).toBe('rosUhgp5mIg=');
  });

  it('shorter than its Content-Length never becomes an object', async () => {
    await sendShort(store.endpoint, { method: 'PUT', path: `/${bucket}/short`, body: text }, 20);
    expect(await read('short')).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  it('without Content-Length is refused', async () => {
    const raw = { method: 'PUT', path: `/${bucket}/unmeasured`, body: text };
    const answer = await sendSigned(store.endpoint, { ...raw, headers: { 'transfer-encoding': 'chunked' } });
    expect(answer).toMatchObject({ status: 411, code: 'MissingContentLength' });
  });

  it('of more than 5 GiB is refused before it is sent', async () => {
    const headers = { 'content-length': String(5 * 1024 ** 3 + 1), connection: 'close' };
    const sent = sendSigned(store.endpoint, { method: 'PUT', path: `/${bucket}/huge`, headers, endless: true });
    expect(await sent).toMatchObject({ status: 400, code: 'EntityTooLarge' });
  });
});

describe('an aws-chunked body', () => {
  const payload = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

  it('is taken apart and stored without its framing', async () => {
    const body = frame(['some ', 'bytes'], trail(text));
    expect(await put('chunked', announce(10), { payload, body })).toMatchObject({ status: 200 });
    const stored = await read('chunked', { 'x-amz-checksum-mode': 'ENABLED' });
    expect(stored.body).toBe(text);
    expect(stored.headers['content-encoding']).toBeUndefined();
    expect(stored.headers['x-amz-checksum-crc32']).toBe(sumCrc32(text));
  });

  it('may be larger than what comes at once', async () => {
    const piece = 'line\r\n'.repeat(20_000);
    const whole = piece.repeat(5);
    const body = frame([piece, piece, piece, piece, piece], trail(whole));
    expect(await put('chunked-large', announce(whole.length), { payload, body })).toMatchObject({ status: 200 });
    expect((await read('chunked-large')).body).toBe(whole);
  });

  it.each([
    ['a wrong trailing checksum', frame([text], trail('x')), 10, 'BadDigest'],
    ['no trailing checksum', frame([text], ''), 10, 'MalformedTrailerError'],
    ['more bytes than announced', frame([text], trail(text)), 9, 'IncompleteBody'],
    ['fewer bytes than announced', frame([text], trail(text)), 11, 'IncompleteBody'],
    ['no end', `a\r\n${text}\r\n`, 10, 'IncompleteBody'],
  ] as const)('with %s is refused', async (...[, body, bytes, code]) => {
    expect(await put('chunked-wrong', announce(bytes), { payload, body })).toMatchObject({ status: 400, code });
    expect((await read('chunked-wrong')).status).toBe(404);
  });

  it.each([['not a size\r\n'], ['a\r\nsome bytes and more']])('with the framing %j is refused', async (body) => {
    expect((await put('unframed', announce(10), { payload, body })).status).toBe(400);
    expect((await read('unframed')).status).toBe(404);
  });

  it('that is refused half read leaves the connection in order', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const body = `not a size\r\n${'x'.repeat(3_000_000)}`;
    const headers = { 'content-length': String(body.length), ...announce(10) };
    const raw = { method: 'PUT', path: `/${bucket}/half-read`, agent };
    expect(await sendSigned(store.endpoint, { ...raw, payload, headers, body })).toMatchObject({ status: 400 });
    const next = await sendSigned(store.endpoint, { ...raw, method: 'GET' });
    expect(next).toMatchObject({ status: 404, reused: true });
    agent.destroy();
  });

  it('is refused without the length of what is in it', async () => {
    const { 'x-amz-decoded-content-length': _length, ...headers } = announce(10);
    const answer = await put('chunked-unmeasured', headers, { payload, body: frame([text], trail(text)) });
    expect(answer).toMatchObject({ status: 411, code: 'MissingContentLength' });
  });
});
