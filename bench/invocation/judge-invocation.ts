import { judgeRatio } from '../judge-ratio.ts';
import type { Spread } from '../summarise.ts';

export type Row = {
  contender: string;
  messages: number;
  cpuMsPerDocument: Spread;
  /** CPU, as a multiple of that of the same calls made raw. */
  toRaw: Spread;
  documentsPerCpuSecond: Spread;
  /** Documents per CPU second, as a multiple of those of `arrayBuffer`. */
  timesArrayBuffer: Spread;
  peakMib: number;
};

const MAX_TO_RAW = 2.0;
const MIN_TIMES_ARRAY_BUFFER = 1.5;

/** Which goals ours misses by more than the spread, in words. */
export function judgeInvocation(rows: readonly Row[]): string[] {
  const { toRaw, timesArrayBuffer } = rows.find(({ contender }) => contender === 'ours') as Row;
  const missed = judgeRatio({ what: 'a document: ours', beside: 'raw', max: MAX_TO_RAW }, toRaw) ?? [];
  const { median, high } = timesArrayBuffer;
  const few = `ours does ${median.toFixed(2)} × the documents per CPU second of arrayBuffer, not at least ${MIN_TIMES_ARRAY_BUFFER}.`;
  return [missed, high < MIN_TIMES_ARRAY_BUFFER ? few : []].flat();
}
