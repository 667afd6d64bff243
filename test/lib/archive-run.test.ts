import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ArchiveRun, createArchiveRun } from '../../lib/archive-run.ts';

let run: ArchiveRun | undefined;

beforeEach(() => void jest.useFakeTimers({ now: 0 }));
afterEach(() => {
  run?.end();
  jest.useRealTimers();
});

const begin = (remainingMs: number) => {
  const startedAt = Date.now();
  run = createArchiveRun({
    now: Date.now,
    getRemainingTimeInMillis: () => remainingMs - (Date.now() - startedAt),
  });
  return run;
};

describe('createArchiveRun', () => {
  it('leases until five seconds after the invocation', () => {
    expect(begin(900_000).leaseExpiresAt).toEqual(new Date(905_000));
  });

  it('ends what runs fifteen seconds before the invocation does', () => {
    const { signal } = begin(900_000);
    jest.advanceTimersByTime(884_999);
    expect(signal.aborted).toBe(false);

    jest.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({ code: 'deadline' });
  });

  it('begins nothing with less than a minute left', () => {
    const { assertTime } = begin(900_000);
    jest.advanceTimersByTime(840_000);
    expect(() => assertTime('resolve')).not.toThrow();

    jest.advanceTimersByTime(1);
    expect(() => assertTime('resolve')).toThrow(
      expect.objectContaining({ code: 'no_time', stage: 'resolve', retry: { scheduled: true, delaySeconds: 0 } }),
    );
  });

  it('lets nobody wait to begin with less than a minute left', () => {
    const { closing } = begin(900_000);
    jest.advanceTimersByTime(839_999);
    expect(closing.aborted).toBe(false);

    jest.advanceTimersByTime(1);
    expect(closing.reason).toMatchObject({ code: 'no_time', retry: { scheduled: true, delaySeconds: 0 } });
  });

  it('believes the invocation when it has more time than it said at first', () => {
    let remainingMs = 61_000;
    run = createArchiveRun({ now: Date.now, getRemainingTimeInMillis: () => remainingMs });
    remainingMs = 62_000;
    jest.advanceTimersByTime(2_999);
    expect(run.closing.aborted).toBe(false);

    remainingMs = 60_000;
    jest.advanceTimersByTime(1);
    expect(run.closing.aborted).toBe(true);
  });

  it('leaves no clock running', () => {
    begin(900_000).end();

    expect(jest.getTimerCount()).toBe(0);
  });
});
