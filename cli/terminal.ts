import { styleText } from 'node:util';
import type { Terminal } from './context.ts';

type Streams = { stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream & { isTTY?: boolean } };

/** Answers go to stdout, all else to stderr; what moves, only where somebody looks at it. */
export function createTerminal({ stdout, stderr }: Streams): Terminal {
  let hasProgress = false;
  const write = (stream: NodeJS.WritableStream, text: string) => {
    if (hasProgress) stderr.write('\r\u001B[K');
    hasProgress = false;
    stream.write(text);
  };
  const progress = (line: string) => {
    write(stderr, line);
    hasProgress = true;
  };
  return {
    print: (line) => write(stdout, `${line}\n`),
    note: (line) => write(stderr, `${line}\n`),
    progress: stderr.isTTY ? progress : undefined,
    // It knows which stream is a terminal, and NO_COLOR.
    paint: (colour, text) => styleText(colour, text, { stream: stdout }),
  };
}
