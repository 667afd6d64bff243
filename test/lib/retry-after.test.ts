import { expect, it } from '@jest/globals';
import { readRetryAfter } from '../../lib/retry-after.ts';

const now = Date.parse('2026-03-02T12:00:00.500Z');

it.each([
  ['120', 120],
  [' 0 ', 0],
  ['Mon, 02 Mar 2026 12:01:00 GMT', 60],
  ['Mon, 02 Mar 2026 11:00:00 GMT', 0],
  ['Monday, 02-Mar-26 12:01:00 GMT', 60],
  ['Mon Mar  2 12:01:00 2026', 60],
  ['Soon 2099', undefined],
  ['Monday 2099', undefined],
  ['soon', undefined],
  ['Soon', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['2026', 2026],
  ['', undefined],
  [undefined, undefined],
])('reads %p as %p seconds', (header, seconds) => {
  expect(readRetryAfter(header, now)).toBe(seconds);
});
