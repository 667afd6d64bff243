import { expect, it } from '@jest/globals';
import { TransientError } from '../../lib/errors.ts';
import { createTurns } from '../../lib/take-turns.ts';

const delivery = (receiveCount = 1) => ({ receiveCount, isLast: false, receivedAt: 0, jitter: 0.5 });
const brake = (delaySeconds = 0) =>
  new TransientError({ stage: 'resolve', code: 'rate_limited', message: 'a', retry: { brake: true, delaySeconds } });
const create = (patienceMs = 60_000) => createTurns({ now: () => 0, patienceMs });

it('asks one at a time, in order', async () => {
  const turns = create();
  const steps: string[] = [];
  const ask = (name: string) =>
    turns.take(delivery(), async () => {
      steps.push(`${name} begins`);
      await new Promise(setImmediate);
      steps.push(`${name} ends`);
      return name;
    });

  expect(await Promise.all([ask('a'), ask('b')])).toEqual(['a', 'b']);
  expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

it('lets the next one begin when somebody is slow', async () => {
  const turns = create(1);
  const slow = Promise.withResolvers<string>();
  const first = turns.take(delivery(), () => slow.promise);

  expect(await turns.take(delivery(), async () => 'second')).toBe('second');
  slow.resolve('first');
  expect(await first).toBe('first');
});

it('spares the rest when it is told to wait, and gives it the visibility of that message', async () => {
  const turns = create();
  const asked: number[] = [];
  const first = turns.take(delivery(2), async () => {
    throw brake();
  });
  const rest = [1, 2].map((number) => turns.take(delivery(), async () => asked.push(number)));

  await expect(first).rejects.toMatchObject({ code: 'rate_limited' });
  for (const one of rest) {
    await expect(one).rejects.toMatchObject({ code: 'braked', retry: { scheduled: true, delaySeconds: 60 } });
  }
  expect(asked).toEqual([]);
});

it('heeds a brake that somebody met outside a turn, the first one', async () => {
  const turns = create();
  turns.heed(brake(600), delivery());
  turns.heed(brake(900), delivery());

  await expect(turns.take(delivery(), async () => 'asked')).rejects.toMatchObject({ retry: { delaySeconds: 600 } });
});

it('goes on after any other failure', async () => {
  const turns = create();
  const failing = turns.take(delivery(), async () => {
    throw new Error('other');
  });

  await expect(failing).rejects.toThrow('other');
  expect(await turns.take(delivery(), async () => 'asked')).toBe('asked');
});
