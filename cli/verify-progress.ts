import type { Context } from './context.ts';
import { showCount } from './show-count.ts';
import { showDuration, showSize } from './verify-words.ts';

const REDRAW_MS = 100;
/** With it, a line fits into 80 columns. */
const BAR_LENGTH = 10;

export type Progress = { addItem: () => void; addBytes: (sizeBytes: number) => void };

type Options = Pick<Context, 'now'> & {
  show: ((line: string) => void) | undefined;
  unit: string;
  total: number | undefined;
};

/** How far it is: count, bytes, rate, and, where it is known how many there are, a bar and the time left. */
export function createProgress({ show, now, unit, total }: Options): Progress {
  const begunAt = now();
  let drawnAt = 0;
  let items = 0;
  let sizeBytes = 0;

  function draw(): void {
    const time = now();
    if (!show || time - drawnAt < REDRAW_MS) return;
    drawnAt = time;
    const elapsedMs = Math.max(1, time - begunAt);
    show(describeProgress({ items, sizeBytes, total, elapsedMs, unit }));
  }

  return {
    addItem: () => {
      items += 1;
      draw();
    },
    addBytes: (added) => {
      sizeBytes += added;
      draw();
    },
  };
}

type State = { items: number; sizeBytes: number; total: number | undefined; elapsedMs: number; unit: string };

export function describeProgress({ items, sizeBytes, total, elapsedMs, unit }: State): string {
  const rate = (value: number) => (value * 1000) / elapsedMs;
  const size = sizeBytes > 0 ? `, ${showSize(sizeBytes)}, ${showSize(rate(sizeBytes))}/s` : '';
  const done = `${showCount(items)} ${unit}${size}, ${rate(items).toFixed(1)}/s`;
  if (!total) return done;
  // The table's own count is some hours old.
  const part = Math.min(1, items / total);
  const bar = '█'.repeat(Math.floor(part * BAR_LENGTH)).padEnd(BAR_LENGTH, '░');
  const left = items > 0 ? `, ${showDuration((elapsedMs * Math.max(0, total - items)) / items)} left` : '';
  return `${bar} ${Math.floor(part * 100)} % ${done}${left}`;
}
