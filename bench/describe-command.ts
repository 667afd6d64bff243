import type { Command } from './commands.ts';

/** The version of each program that was looked for, or null: it is not installed. */
export type Programs = Record<string, string | null>;

/** Which programs a command's figures are of, or why there are none, in words. */
export function describeCommand({ name, programs: needed }: Command, programs: Programs): string {
  const missing = needed.filter((program) => !programs[program]);
  if (missing.length > 0) return `${name}: ${missing.join(', ')} not installed, skipped`;
  return `${name}: ${needed.map((program) => programs[program]).join(', ')}`;
}
