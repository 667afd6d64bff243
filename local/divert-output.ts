import { appendFileSync } from 'node:fs';

/**
 * Sends everything that is written to stdout and stderr, by the handlers' loggers above all, to a file, so that what
 * the returned function prints stands alone on the terminal.
 */
export function divertOutput(path: string): (text: string) => void {
  const print = process.stdout.write.bind(process.stdout);
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      appendFileSync(path, chunk);
      const written = rest.at(-1);
      if (typeof written === 'function') process.nextTick(written);
      return true;
    };
  }
  return (text) => void print(`${text}\n`);
}
