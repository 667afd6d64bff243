import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createTerminal } from '../../cli/terminal.ts';

function createStreams({ isTTY }: { isTTY: boolean }) {
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const read = () => ({ stdout: stdout.read()?.toString() ?? '', stderr: stderr.read()?.toString() ?? '' });
  return { terminal: createTerminal({ stdout, stderr }), read };
}

const ESCAPE = '\u001B';

describe('on a terminal', () => {
  const { terminal, read } = createStreams({ isTTY: true });

  it('takes what moves away before the next answer', () => {
    terminal.progress?.('half');
    terminal.progress?.('whole');
    terminal.print('done');
    terminal.print('and gone');
    const clear = `\r${ESCAPE}[K`;
    expect(read()).toEqual({ stdout: 'done\nand gone\n', stderr: `half${clear}whole${clear}` });
  });

  it('takes it away before a note', () => {
    terminal.progress?.('half');
    terminal.note('by the way');
    expect(read().stderr).toBe(`half\r${ESCAPE}[Kby the way\n`);
  });

  it('has colours', () => {
    expect(terminal.paint?.('green', 'ok')).toBe(`${ESCAPE}[32mok${ESCAPE}[39m`);
  });
});

describe('for a program', () => {
  const { terminal, read } = createStreams({ isTTY: false });

  it('puts answers on stdout and all else on stderr, and nothing between the lines', () => {
    terminal.print('the answer');
    terminal.note('by the way');
    expect(read()).toEqual({ stdout: 'the answer\n', stderr: 'by the way\n' });
  });

  it('has nothing that moves', () => {
    expect(terminal.progress).toBeUndefined();
  });

  it('has no colours', () => {
    expect(terminal.paint?.('green', 'ok')).toBe('ok');
  });
});
