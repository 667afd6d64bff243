import { describe, expect, it } from '@jest/globals';
import { runBounded } from '../../cli/run-bounded.ts';

async function* count(to: number): AsyncGenerator<number> {
  for (let number = 1; number <= to; number += 1) yield number;
}

const never = new AbortController().signal;

describe('runBounded', () => {
  it('works on everything, and never on more than the limit at a time', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      done += 1;
    };
    await runBounded({ source: count(20), limit: 3, signal: never, work });
    expect([done, most]).toEqual([20, 3]);
  });

  it('begins nothing more after a failure, and ends with it once what was begun is finished', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = async (number: number) => {
      begun.push(number);
      if (number === 1) throw new Error('the first');
      await new Promise(setImmediate);
      ended.push(number);
    };
    await expect(runBounded({ source: count(20), limit: 2, signal: never, work })).rejects.toThrow('the first');
    expect(ended).toEqual(begun.slice(1));
    expect(begun.length).toBeLessThan(4);
  });

  it('ends with the failure of its source', async () => {
    const source = (async function* () {
      yield 1;
      throw new Error('the source');
    })();
    await expect(runBounded({ source, limit: 2, signal: never, work: async () => undefined })).rejects.toThrow(
      'the source',
    );
  });

  it('begins nothing more once it is aborted, and takes failures for what they come from', async () => {
    const interruption = new AbortController();
    const begun: number[] = [];
    const work = async (number: number) => {
      begun.push(number);
      interruption.abort();
      throw new Error('aborted');
    };
    await runBounded({ source: count(20), limit: 1, signal: interruption.signal, work });
    expect(begun).toEqual([1]);
  });
});
