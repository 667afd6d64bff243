import { judgeRatio } from '../judge-ratio.ts';
import type { Spread } from '../summarise.ts';

export type Row = {
  case: 'a batch' | '10,000 messages';
  contender: string;
  documents: number;
  cpuMsPerDocument: Spread;
  documentsPerCpuSecond: Spread;
  /** CPU, as a multiple of that of the same calls made raw. */
  toRaw?: Spread;
  /** Documents per CPU second, as a multiple of those of `arrayBuffer`. */
  timesArrayBuffer: Spread;
  peakMib: number;
};

const MAX_TO_RAW = 2.0;
const MIN_TIMES_ARRAY_BUFFER = 1.5;

/** Which goals ours misses by more than the spread, in words. */
export function judgeInvocation(rows: readonly Row[]): string[] {
  const ours = rows.filter(({ contender }) => contender === 'ours');
  const toRaw = ours.find((row) => row.case === 'a batch')?.toRaw;
  const times = ours.find((row) => row.case === '10,000 messages')?.timesArrayBuffer;
  const missed = toRaw && judgeRatio({ what: 'a batch: ours', beside: 'raw', max: MAX_TO_RAW }, toRaw);
  const isTooSlow = times !== undefined && times.high < MIN_TIMES_ARRAY_BUFFER;
  const few = `10,000 messages: ours is ${times?.median.toFixed(2)} × arrayBuffer's documents per CPU second, not at least ${MIN_TIMES_ARRAY_BUFFER}.`;
  return [missed ?? [], isTooSlow ? few : []].flat();
}
