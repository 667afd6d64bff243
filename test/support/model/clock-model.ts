import { jest } from '@jest/globals';

const REAL = ['setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask', 'hrtime', 'performance'] as const;
const START = Date.parse('2026-03-02T12:00:00.000Z');

export type ClockModel = { now: () => number; pass: (ms: number) => void; freeze: (ms: number) => void };

/** Puts time into the hands of the model, once for all tests of a file, and gives it back. */
export const takeTime = () => void jest.useFakeTimers({ doNotFake: [...REAL], now: START });
export const giveTimeBack = () => void jest.useRealTimers();

/** A clock that stands still until it is moved. No timer of an earlier run is left. */
export function createClockModel(): ClockModel {
  jest.clearAllTimers();
  jest.setSystemTime(START);
  return {
    now: () => Date.now(),
    pass: (ms) => jest.advanceTimersByTime(ms),
    /** Time goes by as for a process that is not run: its timers have not gone off when it goes on. */
    freeze: (ms) => jest.setSystemTime(Date.now() + ms),
  };
}
