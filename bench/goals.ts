import type { CaseName } from './cases.ts';
import type { Row } from './measure-case.ts';
import { judgeRatio } from './judge-ratio.ts';

type Goal = { case: CaseName; maxToFloor: number; isBelowAll?: boolean };

/** What a copy of ours may cost at most, as a multiple of the floor's CPU. */
export const GOALS: readonly Goal[] = [
  { case: '20 MB', maxToFloor: 1.15 },
  { case: '1 GB', maxToFloor: 1.25, isBelowAll: true },
];

/** What is worse than its goal by more than the spread, in words. */
export function judge({ case: name, maxToFloor, isBelowAll }: Goal, rows: readonly Row[]): string[] {
  const ofCase = rows.filter((row) => row.case === name);
  const ours = ofCase.find(({ contender }) => contender === 'ours');
  if (!ours) return [];
  const missed = judgeRatio({ what: `${name}: ours`, beside: 'floor', max: maxToFloor }, ours.toFloor);
  const others = isBelowAll ? ofCase.filter(({ contender }) => !['floor', 'ours'].includes(contender)) : [];
  const cheaper = others.filter(({ toFloor }) => toFloor.high < ours.toFloor.low);
  return [missed ?? [], cheaper.map(({ contender }) => `${name}: ${contender} is cheaper than ours.`)].flat();
}
