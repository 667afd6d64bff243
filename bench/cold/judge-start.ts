import { judgeRatio } from '../judge-ratio.ts';
import type { Spread } from '../summarise.ts';
import { CONTENDERS } from './contenders.ts';

export type Row = {
  contender: string;
  sizeKb: number;
  cpuMs: Spread;
  aboveEmptyMs: Spread;
  /** What it takes above the empty handler, as a multiple of what the bare one does. */
  toBare?: Spread;
  /** The same with the first webhook, up to its 202: what is only put off shows here. */
  answered?: { aboveEmptyMs: Spread; toBare?: Spread };
};

/** Which goals a handler misses, in words: a ratio by more than its spread, a size by anything. */
export function judgeStart({ contender, sizeKb, toBare }: Row): string[] {
  const goal = CONTENDERS.find(({ name }) => name === contender)?.goal;
  if (!goal || !toBare) return [];
  const missed = judgeRatio({ what: contender, beside: goal.bare, max: goal.maxToBare }, toBare) ?? [];
  const isTooBig = sizeKb > goal.maxKb;
  return [missed, isTooBig ? `${contender} is ${sizeKb.toFixed(0)} KB, not at most ${goal.maxKb}.` : []].flat();
}
