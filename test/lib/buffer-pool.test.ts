import { expect, it } from '@jest/globals';
import { createBufferPool } from '../../lib/buffer-pool.ts';

it('hands out again what was given back, whole', () => {
  const { take, giveBack } = createBufferPool(8);
  const first = take();
  giveBack(first.subarray(0, 3));
  const second = take();

  expect(second).toHaveLength(8);
  expect(second.buffer).toBe(first.buffer);
});

it('hands out nothing twice', () => {
  const { take } = createBufferPool(8);

  expect(take().buffer).not.toBe(take().buffer);
});

it('takes nothing back that has another size', () => {
  const { take, giveBack } = createBufferPool(8);
  giveBack(Buffer.alloc(24).subarray(0, 8));

  expect(take().buffer.byteLength).toBe(8);
});
