import { expect, it } from '@jest/globals';
import { createMemoryBudget } from '../../lib/memory-budget.ts';

const { signal } = new AbortController();

/** Whether a promise is fulfilled by now. */
async function isSettled(promise: Promise<unknown>) {
  const done: unknown[] = [];
  promise.then(
    (value) => done.push(value),
    () => undefined,
  );
  await new Promise(setImmediate);
  return done.length > 0;
}

it('grants what fits, and the rest in order as memory is given back', async () => {
  const budget = createMemoryBudget(10);
  const first = await budget.reserve(6, signal);
  const second = budget.reserve(6, signal);
  const third = budget.reserve(1, signal);
  expect(await isSettled(second)).toBe(false);
  expect(await isSettled(third)).toBe(false);

  first.release();
  await second;
  await third;
});

it('grants at once what somebody turns out not to need', async () => {
  const budget = createMemoryBudget(10);
  const first = await budget.reserve(10, signal);
  const second = budget.reserve(8, signal);
  first.shrinkTo(2);

  expect(await second).toBeDefined();
});

it('gives nothing back twice', async () => {
  const budget = createMemoryBudget(10);
  const first = await budget.reserve(10, signal);
  first.shrinkTo(20);
  first.release();
  first.release();
  await budget.reserve(10, signal);

  expect(await isSettled(budget.reserve(1, signal))).toBe(false);
});

it('lets nobody wait beyond the deadline, nor block those behind', async () => {
  const budget = createMemoryBudget(10);
  await budget.reserve(6, signal);
  const deadline = new AbortController();
  const waiting = budget.reserve(6, deadline.signal);
  const behind = budget.reserve(4, signal);
  deadline.abort(new Error('time is up'));

  await expect(waiting).rejects.toThrow('time is up');
  await expect(behind).resolves.toBeDefined();
  await expect(budget.reserve(1, deadline.signal)).rejects.toThrow('time is up');
});

it('minds no deadline once memory is granted', async () => {
  const budget = createMemoryBudget(10);
  const deadline = new AbortController();
  const reservation = await budget.reserve(10, deadline.signal);
  deadline.abort();
  reservation.release();

  await expect(budget.reserve(10, signal)).resolves.toBeDefined();
});

it('still serves those who wait when the deadline of somebody granted is over', async () => {
  const budget = createMemoryBudget(10);
  const deadline = new AbortController();
  const reservation = await budget.reserve(10, deadline.signal);
  const waiting = budget.reserve(10, signal);
  deadline.abort();
  reservation.release();

  expect(await isSettled(waiting)).toBe(true);
});

it('gives all back before it waits for as much again', async () => {
  const budget = createMemoryBudget(10);
  const first = await budget.reserve(10, signal);
  first.shrinkTo(6);
  const second = budget.reserve(8, signal);
  const renewing = first.renew(signal);
  const { release } = await second;
  expect(await isSettled(renewing)).toBe(false);

  release();
  await renewing;
  expect(await isSettled(budget.reserve(1, signal))).toBe(false);
});
