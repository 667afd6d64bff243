import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isSignedBy } from '../../lib/webhook-signature.ts';

/** The table is for anybody who signs or verifies: `body` is text in UTF-8, `body_base64` bytes that are no text. */
type Case = { name: string; secrets: string[]; header: string | null; valid: boolean } & (
  | { body: string }
  | { body_base64: string }
);
const url = new URL('../data/webhook-signatures.json', import.meta.url);
const cases = JSON.parse(readFileSync(url, 'utf8')) as Case[];

const readBody = (row: Case) => ('body' in row ? Buffer.from(row.body) : Buffer.from(row.body_base64, 'base64'));
const sign = (secret: string, body: Uint8Array) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const verify = (row: Case) => isSignedBy(row.secrets, readBody(row), row.header ?? undefined);

const secret = fc.string({ unit: 'binary', minLength: 16, maxLength: 40 }).filter((text) => text.isWellFormed());
const bytes = fc.uint8Array({ maxLength: 200 });

describe('isSignedBy', () => {
  it.each(cases.filter(({ valid }) => valid))('lets in $name', (row) => {
    expect(verify(row)).toBe(true);
  });

  it.each(cases.filter(({ valid }) => !valid))('keeps out $name', (row) => {
    expect(verify(row)).toBe(false);
  });

  it('lets in every body signed under any one of the secrets', () => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.nat(3), bytes, (secrets, index, body) => {
        expect(isSignedBy(secrets, body, sign(secrets[index % secrets.length] as string, body))).toBe(true);
      }),
    );
  });

  it('keeps out every other body under the same signature', () => {
    fc.assert(
      fc.property(secret, bytes, bytes, (key, signed, received) => {
        fc.pre(Buffer.compare(signed, received) !== 0);
        expect(isSignedBy([key], received, sign(key, signed))).toBe(false);
      }),
    );
  });

  it('keeps out a body of which a single bit changed', () => {
    const anyBit = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(7));
    fc.assert(
      fc.property(secret, anyBit, (key, [signed, position, bit]) => {
        const received = Uint8Array.from(signed);
        const at = position % received.length;
        received[at] = (received[at] as number) ^ (1 << bit);
        expect(isSignedBy([key], received, sign(key, signed))).toBe(false);
      }),
    );
  });

  it('takes any header at all without throwing, and lets none in that is not the signature', () => {
    const body = Buffer.from('{}');
    const header = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^sha256=[0-9a-f]{60,68}$/));
    fc.assert(
      fc.property(header, (text) => {
        expect(isSignedBy(['whsec_demo_0123456789abcdef'], body, text)).toBe(false);
      }),
    );
  });
});
