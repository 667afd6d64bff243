import type { Context, ExitCode } from '../../cli/context.ts';
import { runProgram } from '../../cli/program.ts';
import { createCommandContext } from './command-context.ts';

export type CliAnswer = { exitCode: ExitCode; printed: string[]; noted: string[] };

export const NOON = Date.parse('2026-03-02T12:00:00.000Z');

/** Types these words and reads what comes back; the clock stands at noon. */
export async function runCli(words: readonly string[], context: Partial<Context> = {}): Promise<CliAnswer> {
  const { context: base, printed, noted } = createCommandContext({ begunAt: NOON });
  const exitCode = await runProgram(words, { ...base, wait: async () => undefined, ...context });
  return { exitCode, printed, noted };
}
