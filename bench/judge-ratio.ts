import type { Spread } from './summarise.ts';

type RatioGoal = { what: string; beside: string; max: number };

/** What is worse than its goal by more than the spread, in words. */
export function judgeRatio({ what, beside, max }: RatioGoal, { median, low, high }: Spread): string | undefined {
  if (low <= max) return undefined;
  return `${what} is ${median.toFixed(2)} × ${beside} (${low.toFixed(2)} to ${high.toFixed(2)}), not at most ${max}.`;
}
