import { describe, expect, it } from '@jest/globals';
import { judgeStart, type Row } from '../../bench/cold/judge-start.ts';

const spread = { median: 0.3, low: 0.25, high: 0.4 };

/** A start of `webhook` that just reaches its goals. */
const row: Row = { contender: 'webhook', sizeKb: 150, cpuMs: spread, aboveEmptyMs: spread, toBare: spread };

describe('what a cold start is judged by', () => {
  it('is content with a ratio whose spread reaches the goal, and with a size that is the goal', () => {
    expect(judgeStart(row)).toEqual([]);
  });

  it('says how far a ratio is off once even its lower quartile is', () => {
    expect(judgeStart({ ...row, toBare: { ...spread, low: 0.26 } })).toEqual([
      'webhook is 0.30 × bare webhook (0.26 to 0.40), not at most 0.25.',
    ]);
  });

  it('allows a size no spread', () => {
    expect(judgeStart({ ...row, sizeKb: 151 })).toEqual(['webhook is 151 KB, not at most 150.']);
  });

  it('holds archive to goals of its own', () => {
    const toBare = { median: 0.6, low: 0.51, high: 0.7 };
    expect(judgeStart({ ...row, contender: 'archive', sizeKb: 501, toBare })).toEqual([
      'archive is 0.60 × bare archive (0.51 to 0.70), not at most 0.5.',
      'archive is 501 KB, not at most 500.',
    ]);
  });

  it('asks nothing of what has no goal', () => {
    expect(judgeStart({ ...row, contender: 'sweep', sizeKb: 9000 })).toEqual([]);
  });
});
