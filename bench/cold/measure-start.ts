import { execFile } from 'node:child_process';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import type { Bundle } from './bundle-contenders.ts';

const run = promisify(execFile);

/**
 * Starts a handler in a process of its own, and says how many milliseconds of CPU it took until it was imported. The
 * process has no other environment, so no compile cache of V8, and no channel to its parent, which would load `node:net`
 * for whoever needs it.
 */
export async function measureStart(starter: string, { file, environment }: Bundle): Promise<number> {
  const { stdout } = await run(execPath, [starter, file], { env: environment });
  return Number(stdout);
}
