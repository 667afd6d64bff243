import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a program on the PATH calls itself; nothing if there is none, or one that doesn't start, such as a stand-in. */
export async function findVersion(program: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ['--version']);
    return stdout.split('\n')[0];
  } catch {
    return undefined;
  }
}
