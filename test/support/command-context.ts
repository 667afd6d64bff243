import type { Context } from '../../cli/context.ts';

type Options = {
  begunAt?: number;
  /** What happens while the command waits. */
  onWait?: (waits: number) => Promise<void> | void;
  hasTerminal?: boolean;
  /** Told of each progress line. */
  onProgress?: (line: string) => void;
};

/** A context whose time passes only while a command waits, and a terminal that remembers what was said. */
export function createCommandContext(options: Options = {}) {
  const { onWait = () => undefined, onProgress, hasTerminal = onProgress !== undefined } = options;
  const printed: string[] = [];
  const noted: string[] = [];
  const progress: string[] = [];
  const interruption = new AbortController();
  const waits: number[] = [];
  let now = options.begunAt ?? Date.now();
  const show = (line: string) => {
    progress.push(line);
    onProgress?.(line);
  };
  const context: Context = {
    env: {},
    terminal: {
      print: (line) => void printed.push(line),
      note: (line) => void noted.push(line),
      progress: hasTerminal ? show : undefined,
    },
    now: () => now,
    wait: async (ms, signal) => {
      waits.push(ms);
      now += ms;
      await onWait(waits.length);
      signal.throwIfAborted();
    },
    signal: interruption.signal,
  };
  return { context, printed, noted, progress, waits, interrupt: () => interruption.abort() };
}
