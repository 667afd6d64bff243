import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { cutToBytes, cutToLength } from '../../lib/text.ts';

/** Any text, with surrogates in and out of pairs. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom('a', 'ü', '契', '📄', '\uD83D', '\uDCC4')).map((parts) => parts.join('')),
);

describe('cutToBytes', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abc', 2, 'ab'],
    ['aü', 2, 'a'],
    ['aü', 3, 'aü'],
    ['契約', 5, '契'],
    ['a📄', 4, 'a'],
    ['📄', 4, '📄'],
    ['📄', 3, ''],
    ['abc', 0, ''],
    ['', 5, ''],
    ['\uFEFFa', 4, '\uFEFFa'],
    ['a\uD800b', 4, 'a\uFFFD'],
  ])('makes %p of at most %d bytes %p', (whole, maxBytes, cut) => {
    expect(cutToBytes(whole, maxBytes)).toBe(cut);
  });

  it('keeps as many whole characters as fit, of any text', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (whole, maxBytes) => {
        const characters = Array.from(whole.toWellFormed());
        const kept = Array.from(cutToBytes(whole, maxBytes));
        const withNext = characters.slice(0, kept.length + 1).join('');

        expect(kept).toEqual(characters.slice(0, kept.length));
        expect(Buffer.byteLength(kept.join(''))).toBeLessThanOrEqual(maxBytes);
        expect(kept.length === characters.length || Buffer.byteLength(withNext) > maxBytes).toBe(true);
      }),
    );
  });
});

describe('cutToLength', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abc', 2, 'ab'],
    ['üü', 1, 'ü'],
    ['a📄', 2, 'a'],
    ['a📄', 3, 'a📄'],
    ['📄b', 2, '📄'],
    ['a\uD800', 2, 'a\uFFFD'],
    ['\uDC00a', 1, '\uFFFD'],
    ['', 1, ''],
  ])('makes %p of at most %d characters %p', (whole, maxLength, cut) => {
    expect(cutToLength(whole, maxLength)).toBe(cut);
  });

  it('is well-formed, short enough and at most one unit shorter than it could be, of any text', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (whole, maxLength) => {
        const cut = cutToLength(whole, maxLength);

        expect(cut.isWellFormed()).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(maxLength);
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(whole.length, maxLength) - 1);
        expect(whole.toWellFormed().startsWith(cut.replace(/\uFFFD$/, ''))).toBe(true);
      }),
    );
  });
});
