import { describe, expect, it } from '@jest/globals';
import { createProgress, describeProgress } from '../../cli/verify-progress.ts';

const state = { items: 30, sizeBytes: 3_145_728, total: 120, elapsedMs: 2_000, unit: 'records' };

describe('describeProgress', () => {
  it('says how many, how much, how fast and how long still', () => {
    expect(describeProgress(state)).toBe('██░░░░░░░░ 25 % 30 records, 3.0 MiB, 1.5 MiB/s, 15.0/s, 0:00:06 left');
  });

  it('has no bar where nobody knows how many there are', () => {
    expect(describeProgress({ ...state, total: undefined })).toBe('30 records, 3.0 MiB, 1.5 MiB/s, 15.0/s');
  });

  it('says no size where nothing is read', () => {
    expect(describeProgress({ ...state, total: undefined, sizeBytes: 0 })).toBe('30 records, 15.0/s');
  });

  it('says nothing of the time left before the first', () => {
    expect(describeProgress({ ...state, items: 0, sizeBytes: 0 })).toBe('░░░░░░░░░░ 0 % 0 records, 0.0/s');
  });

  it('ends at 100 % where there are more than the table counted', () => {
    expect(describeProgress({ ...state, items: 240 })).toMatch(/^██████████ 100 % .* 0:00:00 left$/);
  });
});

describe('createProgress', () => {
  it('draws ten times a second at most', () => {
    let time = 1_000;
    const drawn: string[] = [];
    const show = (line: string) => void drawn.push(line);
    const progress = createProgress({ show, now: () => time, unit: 'keys', total: undefined });
    for (let item = 0; item < 50; item += 1) {
      time += 10;
      progress.addItem();
    }
    expect(drawn).toHaveLength(5);
  });
});
