import type { Context, ExitCode } from '../../cli/context.ts';
import { runProgram } from '../../cli/program.ts';

export type CliAnswer = { exitCode: ExitCode; printed: string[]; noted: string[] };

export const NOON = Date.parse('2026-03-02T12:00:00.000Z');

/** Types these words and reads what comes back; the clock stands at noon. */
export async function runCli(words: readonly string[], context: Partial<Context> = {}): Promise<CliAnswer> {
  const printed: string[] = [];
  const noted: string[] = [];
  const exitCode = await runProgram(words, {
    env: {},
    terminal: {
      print: (line) => void printed.push(line),
      note: (line) => void noted.push(line),
      progress: undefined,
    },
    now: () => NOON,
    wait: async () => undefined,
    signal: new AbortController().signal,
    ...context,
  });
  return { exitCode, printed, noted };
}
