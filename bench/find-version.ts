import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first two words that a program says of its version; null if there is none on the PATH, or one that doesn't start. */
export async function findVersion(program: string): Promise<string | null> {
  try {
    const { stdout } = await run(program, ['--version']);
    return stdout.trim().split(/\s+/).slice(0, 2).join(' ');
  } catch {
    return null;
  }
}
