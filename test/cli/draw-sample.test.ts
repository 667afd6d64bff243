import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { drawSample } from '../../cli/draw-sample.ts';

async function* count(to: number): AsyncGenerator<number> {
  for (let number = 0; number < to; number += 1) yield number;
}

/** Every way in which the random numbers for `population` can fall. */
function* listChoices(size: number, population: number): Generator<{ bound: number; choice: number }[]> {
  const bounds = Array.from({ length: Math.max(0, population - size) }, (_, index) => size + index + 1);
  const all = bounds.reduce((product, bound) => product * bound, 1);
  for (let way = 0; way < all; way += 1) {
    let left = way;
    yield bounds.map((bound) => {
      const choice = left % bound;
      left = Math.floor(left / bound);
      return { bound, choice };
    });
  }
}

describe('drawSample', () => {
  it('draws no one twice and as many as it was told, or all there are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.nat(60), async (size, population) => {
        const drawn = await drawSample(count(population), { size });
        expect([drawn.length, new Set(drawn).size]).toEqual(Array(2).fill(Math.min(size, population)));
      }),
    );
  });

  it.each([
    [1, 5],
    [2, 6],
    [3, 6],
  ])('draws each as often over all ways in which random numbers can fall: %d of %d', async (size, population) => {
    const times = Array<number>(population).fill(0);
    for (const choices of listChoices(size, population)) {
      const choose = (max: number) => {
        const { bound, choice } = choices.shift() as { bound: number; choice: number };
        if (max !== bound) throw new Error(`asked for a number below ${max}`);
        return choice;
      };
      const drawn = await drawSample(count(population), { size, choose });
      for (const number of drawn) times[number] = (times[number] as number) + 1;
    }
    expect(new Set(times).size).toBe(1);
  });
});
