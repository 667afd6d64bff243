import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { giveTimeBack, takeTime } from '../support/model/clock-model.ts';
import { createInterleavings } from '../support/model/interleavings.ts';
import type { Verdict } from '../support/model/judge-archive.ts';
import { reportFault } from '../support/report-fault.ts';

beforeAll(takeTime);
afterAll(giveTimeBack);

it.each([
  ['workers at one document, with crashes', { asksFor: 'step', isLarge: false }, 10_000],
  ['workers at one document in parts, with crashes', { asksFor: 'step', isLarge: true }, 60],
  ['workers at one task, with crashes', { asksFor: 'task', isLarge: false }, 2_000],
] as const)('leaves everything archived once and right after schedules of %s', async (fault, kind, numRuns) => {
  const sum = { tried: 0, lost: 0, wrongVersions: 0 };
  const onVerdict = ({ lost, wrongVersions }: Verdict) => {
    sum.tried += 1;
    sum.lost += lost;
    sum.wrongVersions += wrongVersions;
  };
  const checked = await fc.check(createInterleavings({ ...kind, onVerdict }), { seed: jest.getSeed(), numRuns });
  reportFault({ fault, ...sum });

  expect(fc.defaultReportMessage(checked)).toBeUndefined();
  expect(sum).toEqual({ tried: numRuns, lost: 0, wrongVersions: 0 });
});
