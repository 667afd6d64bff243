import { execFile } from 'node:child_process';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import type { Bundle } from './bundle-contenders.ts';

const run = promisify(execFile);

/**
 * Starts a handler in a process of its own, and says how many milliseconds of CPU it took until it was imported, or until
 * it had answered an event with AWS at a URL. The process has no other environment, so no compile cache of V8, and no
 * channel to its parent, which would load `node:net` for whoever needs it.
 */
export async function measureStart(
  starter: string,
  { file, environment }: Bundle,
  first?: { event: string; awsUrl: string },
): Promise<number> {
  const aws = first && { AWS_ENDPOINT_URL: first.awsUrl, ARCHIVE_QUEUE_URL: `${first.awsUrl}/000000000000/archive` };
  const { stdout } = await run(execPath, [starter, file, ...(first ? [first.event] : [])], {
    env: { ...environment, ...aws },
  });
  // What comes before is the handler's log.
  return Number(stdout.split('\n').at(-1));
}
