import { expect, it } from '@jest/globals';
import { showAge } from '../../cli/show-age.ts';
import { NOON } from '../support/run-cli.ts';

it.each([
  ['2026-03-02T11:59:59.999Z', '0 s'],
  ['2026-03-02T11:59:00.001Z', '59 s'],
  ['2026-03-02T11:59:00.000Z', '1 min'],
  ['2026-03-02T11:00:00.001Z', '59 min'],
  ['2026-03-02T11:00:00.000Z', '1 h'],
  ['2026-03-01T12:00:00.001Z', '23 h'],
  ['2026-03-01T12:00:00.000Z', '1 d'],
  ['2026-03-02T12:00:05.000Z', '0 s'],
])('shows %s at noon as %s', (time, age) => {
  expect(showAge(time, NOON)).toBe(age);
});
