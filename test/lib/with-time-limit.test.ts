import { expect, it } from '@jest/globals';
import { withTimeLimit } from '../../lib/with-time-limit.ts';

const timeUp = () => new Error('time is up');

it('gives what the work gives', async () => {
  expect(await withTimeLimit(async () => 'done', 60_000, timeUp)).toBe('done');
});

it('fails as the work fails', async () => {
  const failing = withTimeLimit(() => Promise.reject(new Error('failed')), 60_000, timeUp);

  await expect(failing).rejects.toThrow('failed');
});

it('waits no longer for what hangs, and tells it so', async () => {
  let aborted: AbortSignal | undefined;
  const hanging = withTimeLimit(
    (signal) => {
      aborted = signal;
      return new Promise<never>(() => undefined);
    },
    1,
    timeUp,
  );

  await expect(hanging).rejects.toThrow('time is up');
  expect(aborted?.aborted).toBe(true);
});
