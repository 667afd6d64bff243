import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where all that is measured goes, and what is made to measure it. */
export const OUT = join(import.meta.dirname, '../.bench');

type Conclusion = {
  name: string;
  rows: readonly object[];
  missed: readonly string[];
  check: boolean;
  programs?: Record<string, string | null>;
};

/** Writes down what was measured, and with which programs, and says which goals it misses; to `check` is to fail for one. */
export async function conclude({ name, rows, missed, check, programs }: Conclusion): Promise<void> {
  await mkdir(OUT, { recursive: true });
  const measured = { node: process.version, programs, rows };
  await writeFile(join(OUT, `${name}.json`), `${JSON.stringify(measured, null, 2)}\n`);
  for (const line of missed) process.stdout.write(`${line}\n`);
  if (check && missed.length > 0) process.exitCode = 1;
}
