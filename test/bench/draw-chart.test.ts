import { expect, it } from '@jest/globals';
import { drawChart } from '../../bench/draw-chart.ts';
import type { Row } from '../../bench/measure-case.ts';

const createRow = (contender: string, ratio: number): Row => {
  const spread = { median: ratio, low: ratio, high: ratio };
  return {
    case: '100 KB',
    contender,
    documents: 1,
    cpuSecondsPerGb: spread,
    cpuMsPerDocument: spread,
    toFloor: spread,
    peakMib: null,
  };
};
const readWidths = (svg: string) =>
  [...svg.matchAll(/width="([\d.]+)" height="16"/g)].map(([, width]) => Number(width));

it('draws a bar as long as its ratio', () => {
  const [floor, other] = readWidths(drawChart([createRow('floor', 1), createRow('other', 4)]));
  expect(other).toBeCloseTo(4 * (floor as number), 0);
});

it('cuts a bar off that would leave the others no length', () => {
  const [floor, command] = readWidths(drawChart([createRow('floor', 1), createRow('command', 500)]));
  expect(command).toBeCloseTo(5 * (floor as number), 0);
});

it('still says how long a bar would be that is cut off', () => {
  expect(drawChart([createRow('floor', 1), createRow('command', 499.6)])).toContain('>→ 500</text>');
});
