import type { CaseName } from './cases.ts';
import type { Row } from './copy.ts';

type Goal = { case: CaseName; maxToFloor: number };

/** What a copy of ours may cost at most, as a multiple of the floor's CPU. */
export const GOALS: readonly Goal[] = [
  { case: '20 MB', maxToFloor: 1.15 },
  { case: '1 GB', maxToFloor: 1.25 },
];

/** What is worse than its goal by more than the spread, in words. */
export function judge({ case: name, maxToFloor }: Goal, rows: readonly Row[]): string | undefined {
  const ours = rows.find((row) => row.case === name && row.contender === 'ours');
  if (!ours || ours.toFloor.low <= maxToFloor) return undefined;
  const { median, low, high } = ours.toFloor;
  return `${name}: ours is ${median.toFixed(2)} × floor (${low.toFixed(2)} to ${high.toFixed(2)}), not at most ${maxToFloor}.`;
}
