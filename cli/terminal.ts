import type { WriteStream } from 'node:tty';
import type { Terminal } from './context.ts';

type Streams = { stdout: Pick<WriteStream, 'write'>; stderr: Pick<WriteStream, 'write' | 'isTTY'> };

/** Answers go to stdout, all else to stderr; what moves, only where somebody looks at it. */
export function createTerminal({ stdout, stderr }: Streams): Terminal {
  const clear = stderr.isTTY ? '\r\u001B[K' : '';
  return {
    print: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${clear}${line}\n`),
    progress: stderr.isTTY ? (line) => void stderr.write(`${clear}${line}`) : undefined,
  };
}
