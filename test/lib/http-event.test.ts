import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readHeader, readLimitedBody, readRawBody } from '../../lib/http-event.ts';

describe('readRawBody', () => {
  it('gives back any bytes that came base64-encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const body = Buffer.from(bytes).toString('base64');
        expect(readRawBody({ body, isBase64Encoded: true })).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('takes text as UTF-8', () => {
    expect(readRawBody({ body: 'Ü', isBase64Encoded: false })).toEqual(Buffer.from([0xc3, 0x9c]));
  });

  it('is empty without a body', () => {
    expect(readRawBody({ isBase64Encoded: false })).toHaveLength(0);
  });
});

describe('readLimitedBody', () => {
  it('gives back a body of 1 MiB, and refuses a larger one', () => {
    const body = 'x'.repeat(1024 * 1024);

    expect(readLimitedBody({ body, isBase64Encoded: false }, 'validate')).toHaveLength(1024 * 1024);
    expect(() => readLimitedBody({ body: `${body}x`, isBase64Encoded: false }, 'validate')).toThrow(
      expect.objectContaining({ name: 'RefusedError', code: 'body_too_large', stage: 'validate', statusCode: 413 }),
    );
  });
});

describe('readHeader', () => {
  it.each(['x-key', 'X-Key', 'X-KEY'])('finds a header that came as %s', (name) => {
    expect(readHeader({ other: 'a', [name]: 'b' }, 'x-key')).toBe('b');
  });

  it.each([undefined, {}, { 'x-key-2': 'a' }])('finds none in %j', (headers) => {
    expect(readHeader(headers, 'x-key')).toBeUndefined();
  });
});
