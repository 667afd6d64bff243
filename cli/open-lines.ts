import { createReadStream } from 'node:fs';
import { UsageError } from './usage-error.ts';

const STDIN = 0;

/**
 * The lines of a file, or of stdin where it is called `-`.
 * @throws UsageError when it can not be read
 */
export async function* openLines(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, file === '-' ? { encoding: 'utf8', fd: STDIN } : 'utf8');
  let rest = '';
  try {
    for await (const chunk of input) {
      const lines = (rest + String(chunk)).split(/\r?\n/);
      rest = lines.pop() as string;
      yield* lines;
    }
  } catch (error) {
    throw new UsageError(`${file} can not be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  if (rest) yield rest;
}
