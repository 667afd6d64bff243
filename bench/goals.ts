import type { CaseName } from './cases.ts';
import type { Row } from './copy.ts';
import { judgeRatio } from './judge-ratio.ts';

type Goal = { case: CaseName; maxToFloor: number };

/** What a copy of ours may cost at most, as a multiple of the floor's CPU. */
export const GOALS: readonly Goal[] = [
  { case: '20 MB', maxToFloor: 1.15 },
  { case: '1 GB', maxToFloor: 1.25 },
];

/** What is worse than its goal by more than the spread, in words. */
export function judge({ case: name, maxToFloor }: Goal, rows: readonly Row[]): string | undefined {
  const ours = rows.find((row) => row.case === name && row.contender === 'ours');
  return ours && judgeRatio({ what: `${name}: ours`, beside: 'floor', max: maxToFloor }, ours.toFloor);
}
