import type { Environment } from '../lib/config.ts';

/** How a run ended. @see docs/operations.md "The command line" */
export const EXIT = { ok: 0, found: 1, usage: 2, failed: 3, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

export type Terminal = {
  /** One line of the answer, to stdout. */
  print: (line: string) => void;
  /** One line beside the answer, to stderr: programs that read the answer do not see it. */
  note: (line: string) => void;
  /** Rewrites the last line of stderr; only where somebody looks at it. */
  progress: ((line: string) => void) | undefined;
  /** Colours a word of the answer; only where somebody looks at it. */
  paint?: (colour: Colour, text: string) => string;
};

/** What a command works with besides AWS and the vendor. */
export type Context = {
  env: Environment;
  terminal: Terminal;
  now: () => number;
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Aborted by the first Ctrl-C: what is begun is finished, nothing more is begun. */
  signal: AbortSignal;
};

/** A command: its answer is the exit code. */
export type Run = Promise<ExitCode>;
