import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { identifierSchema, isIdentifier } from '../../lib/identifier.ts';

const longest = `t${'a'.repeat(127)}`;
const malformed: [name: string, value: unknown][] = [
  ['an empty text', ''],
  ['129 characters', `${longest}a`],
  ['a leading dot', '.a'],
  ['a leading dash', '-a'],
  ['a leading number sign, as our own task records have', '#task'],
  ['a slash', 'a/b'],
  ['a path upwards', '../a'],
  ['a percent sign', 'a%2Fb'],
  ['a space', 'a b'],
  ['a trailing newline', 'a\n'],
  ['a letter from outside ASCII', 'schritt_ä'],
  ['a lone surrogate', 'a\uD800'],
];

describe('an identifier', () => {
  it.each(['0', 'A', '12345', 'task_def456', 'a.b-c_d:e', 'a..b', longest])('is kept as it is: %s', (id) => {
    expect(identifierSchema.parse(id)).toBe(id);
    expect(isIdentifier(id)).toBe(true);
  });

  it.each(malformed)('is refused with %s', (_, id) => {
    expect(identifierSchema.safeParse(id).success).toBe(false);
    expect(isIdentifier(id)).toBe(false);
  });

  it.each([
    [0, '0'],
    [12345, '12345'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ])('may be the number %d and is a text from then on', (number, text) => {
    expect(identifierSchema.parse(number)).toBe(text);
  });

  it.each([-1, 1.5, 2 ** 53, 1e21, Number.NaN, Number.POSITIVE_INFINITY])(
    'is never the number %d, which could name another task',
    (number) => {
      expect(identifierSchema.safeParse(number).success).toBe(false);
    },
  );

  it.each([{ value: null }, { value: undefined }, { value: true }, { value: {} }, { value: [] }, { value: ['a'] }])(
    'is never $value',
    ({ value }) => {
      expect(identifierSchema.safeParse(value).success).toBe(false);
      expect(isIdentifier(value)).toBe(false);
    },
  );

  it.each([['#'], [-1], [null]])('says of %p what was expected instead', (value) => {
    expect(identifierSchema.safeParse(value).error?.issues).toMatchObject([
      { message: 'expected 1 to 128 letters, digits or . _ : - that begin with a letter or digit' },
    ]);
  });

  it('needs no encoding in a URL but for its colons, whatever it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/), (id) => {
        expect(encodeURIComponent(identifierSchema.parse(id)).replaceAll('%3A', ':')).toBe(id);
      }),
    );
  });
});
