import { expect, it } from '@jest/globals';
import { SigningHash } from '../../lib/signing-hash.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const toHex = (digest: Uint8Array) => Buffer.from(digest).toString('hex');

async function compute(text: string, secret?: string | Uint8Array): Promise<string> {
  const hash = new SigningHash(secret);
  hash.update(bytes(text));
  return toHex(await hash.digest());
}

// The second vector of RFC 4231.
const text = 'what do ya want for nothing?';
const hmac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';

it('is SHA-256 without a secret', async () => {
  expect(await compute('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

it('is the HMAC of a secret in words', async () => {
  expect(await compute(text, 'Jefe')).toBe(hmac);
});

it('is the HMAC of a secret in bytes, the first time and again', async () => {
  const secret = bytes('Jefe');
  expect([await compute(text, secret), await compute(text, secret)]).toEqual([hmac, hmac]);
});

it('does not take one secret for another of the same length', async () => {
  expect(await compute(text, bytes('Jeff'))).not.toBe(hmac);
});

it('begins anew after a reset, with the same secret', async () => {
  const hash = new SigningHash(bytes('Jefe'));
  hash.update(bytes('something else'));
  hash.reset();
  hash.update(bytes(text));
  expect(toHex(await hash.digest())).toBe(hmac);
});
