import type { Context } from './context.ts';
import { showCount } from './show-count.ts';

const BAR_CELLS = 20;
const REDRAW_MS = 100;
/** The rate is that of so long: what was skipped at once at the beginning says nothing of what is to come. */
const WINDOW_MS = 30_000;

export type ProgressLine = {
  /** `note` says what it waits for. */
  show: (done: number, note?: string) => void;
  clear: () => void;
};

type Options = { label: string; total: number };

/** A bar with rate and time left, where somebody looks at it. */
export function createProgressLine(
  { terminal, now }: Pick<Context, 'terminal' | 'now'>,
  options: Options,
): ProgressLine {
  const samples: { at: number; done: number }[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;

  return {
    show(done, note) {
      const at = now();
      if (!terminal.progress || at - drawnAt < REDRAW_MS) return;
      drawnAt = at;
      samples.push({ at, done });
      while (samples.length > 2 && at - (samples[0]?.at ?? 0) > WINDOW_MS) samples.shift();
      const begun = samples[0] ?? { at, done };
      const perSecond = ((done - begun.done) * 1000) / Math.max(1, at - begun.at);
      terminal.progress(describeProgress({ ...options, done, perSecond, note }));
    },
    clear: () => terminal.progress?.(''),
  };
}

type State = Options & { done: number; perSecond: number; note?: string | undefined };

/** `Asking ██████░░░░░░░░░░░░░░ 1,500 of 5,000 · 5.0/s · 12 min left`: it has to fit into one line of a terminal. */
function describeProgress({ label, done, total, perSecond, note }: State): string {
  const filled = Math.floor((BAR_CELLS * done) / Math.max(1, total));
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
  const rate = perSecond > 0 ? [`${perSecond.toFixed(1)}/s`, `${describeSpan((total - done) / perSecond)} left`] : [];
  return [`${label} ${bar} ${showCount(done)} of ${showCount(total)}`, ...(note ? [note] : rate)].join(' · ');
}

function describeSpan(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
