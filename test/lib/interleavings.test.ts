import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { giveTimeBack, takeTime } from '../support/model/clock-model.ts';
import { createInterleavings } from '../support/model/interleavings.ts';
import type { Verdict } from '../support/model/judge-archive.ts';

const seed = jest.getSeed();

beforeAll(takeTime);
afterAll(giveTimeBack);

it.each([
  ['a document', { asksFor: 'step', isLarge: false }, 200],
  ['a document that is copied in parts', { asksFor: 'step', isLarge: true }, 2],
  ['a task', { asksFor: 'task', isLarge: false }, 50],
] as const)('archives %s once and right, however its workers interleave, fail and die', async (_, kind, numRuns) => {
  const verdicts: Verdict[] = [];
  const property = createInterleavings({ ...kind, onVerdict: (verdict) => verdicts.push(verdict) });
  await fc.assert(property, { seed, numRuns });

  expect(verdicts).toHaveLength(numRuns);
});
