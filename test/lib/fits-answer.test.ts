import { expect, it } from '@jest/globals';
import { fitsAnswer } from '../../lib/fits-answer.ts';

const MAX_BYTES = 6 * 1024 * 1024;
const ENVELOPE_BYTES = '{"body":""}'.length;

it.each([
  ['6 MB', 'x'.repeat(MAX_BYTES - ENVELOPE_BYTES), true],
  ['one byte more', 'x'.repeat(MAX_BYTES - ENVELOPE_BYTES + 1), false],
  ['half as many quotes, each of which is escaped', '"'.repeat(MAX_BYTES / 2), false],
  ['half as many letters of two bytes each', 'ä'.repeat(MAX_BYTES / 2), false],
])('says whether Lambda takes %s', (_, body, fits) => {
  expect(fitsAnswer({ body })).toBe(fits);
});
