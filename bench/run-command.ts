import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Command, ENVIRONMENT } from './commands.ts';
import type { Task } from './contender.ts';
import { readTimes } from './read-times.ts';

const run = promisify(execFile);
const ASSIGNMENTS = Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`);

/** Seconds of CPU of all the processes that copy the documents, one document after the other. */
export async function runCommand({ writeLine }: Command, { servers, sizeBytes, documents }: Task): Promise<number> {
  const sourceUrl = `${servers.sourceUrl}/size_${sizeBytes}`;
  const lines = Array.from({ length: documents }, (_, index) =>
    writeLine(servers, sourceUrl, `tasks/document_${index}/Contract.pdf`),
  );
  const script = [...lines, 'times'].join('\n');
  // Of whoever runs this only what finds programs and what they are made of.
  const clean = 'exec env -i PATH="$PATH" HOME="$HOME" "$@"';
  const { stdout } = await run('sh', ['-c', clean, 'sh', ...ASSIGNMENTS, 'sh', '-ec', script]);
  return readTimes(stdout);
}
