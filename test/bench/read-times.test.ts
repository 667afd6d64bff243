import { expect, it } from '@jest/globals';
import { readTimes } from '../../bench/read-times.ts';

it("adds up the children's user and system time, and leaves out the shell's own", () => {
  expect(readTimes('0m1.000000s 0m2.000000s\n0m0.500000s 0m0.070000s\n')).toBeCloseTo(0.57, 10);
});

it('counts minutes as sixty seconds', () => {
  expect(readTimes('0m0.000s 0m0.000s\n2m3.250s 1m0.500s\n')).toBeCloseTo(183.75, 10);
});

it('passes over what the commands have printed before', () => {
  expect(readTimes('9m9.9s done\n0m0.00s 0m0.00s\n0m0.10s 0m0.20s\n')).toBeCloseTo(0.3, 10);
});

it('takes nothing else for times', () => {
  expect(() => readTimes('0m0.00s 0m0.00s\nsh: times: not found\n')).toThrow('These are no times');
});
