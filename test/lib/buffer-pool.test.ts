import { expect, it } from '@jest/globals';
import { createBufferPool } from '../../lib/buffer-pool.ts';

it('hands out again what was given back, whole', () => {
  const { take, giveBack } = createBufferPool(8);
  const first = take();
  giveBack([first.subarray(0, 3)]);
  const second = take();

  expect(second).toHaveLength(8);
  expect(second.buffer).toBe(first.buffer);
});

it('hands out nothing twice', () => {
  const { take } = createBufferPool(8);

  expect(take().buffer).not.toBe(take().buffer);
});
