import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { startBurstWorld } from '../support/burst-world.ts';
import { reportFault } from '../support/report-fault.ts';
import { makeSmallDocument } from '../support/small-documents.ts';

const DOCUMENTS = 10_000;
const POISON = 50;
const MAX_RECEIVE_COUNT = 10;

let world: Awaited<ReturnType<typeof startBurstWorld>>;
beforeAll(async () => {
  world = await startBurstWorld({ maxReceiveCount: MAX_RECEIVE_COUNT });
});
afterAll(async () => {
  await world.close();
});

const taskIds = Array.from({ length: DOCUMENTS }, (_, number) => `task_${number}`);
const poison = Array.from({ length: POISON }, (_, number) => `{"task_id":"../poison","number":${number}`);

/** Three in a hundred come twice, some at once and some later; poison lies between them. */
function writeBurst(): string[] {
  const draw = <T>(values: fc.Arbitrary<T>, numRuns: number) => fc.sample(values, { seed: jest.getSeed(), numRuns });
  const again = draw(fc.nat(DOCUMENTS - 1), (DOCUMENTS * 3) / 100);
  const bodies = taskIds.map((taskId) => JSON.stringify({ task_id: taskId, step_id: 'step' }));
  const at = draw(fc.nat(DOCUMENTS - 1), again.length + POISON);
  const more = again.map((number, index) => ({
    body: bodies[number] as string,
    at: index % 2 ? number : (at[index] as number),
  }));
  for (const [index, body] of poison.entries()) more.push({ body, at: at[again.length + index] as number });
  const inserted = Map.groupBy(more, (entry) => entry.at);
  return bodies.flatMap((body, index) => [body, ...(inserted.get(index) ?? []).map((entry) => entry.body)]);
}

async function drain(): Promise<{ errors: unknown[]; seconds: number }> {
  const errors: unknown[] = [];
  const begun = performance.now();
  const poller = world.startPoller((error) => errors.push(error));
  try {
    await poller.whenIdle(300_000);
    const seconds = (performance.now() - begun) / 1000;
    for (let rounds = 0; rounds < 3 && (await world.countMessages()) > 0; rounds += 1) {
      await world.passTime();
      await poller.whenIdle(60_000);
    }
    return { errors, seconds };
  } finally {
    await poller.stop();
  }
}

it('drains a burst of 10,000 messages: every document once, every poison message among the dead letters', async () => {
  const bodies = writeBurst();
  await world.send(bodies);
  const { errors, seconds } = await drain();

  const versions = Map.groupBy(await world.listVersions(), ({ Key }) => Key);
  const count = (wrong: (taskId: string) => boolean) => taskIds.filter(wrong).length;
  const listOf = (taskId: string) => versions.get(`tasks/${taskId}/steps/step/Contract.pdf`) ?? [];
  const etagOf = (taskId: string) => `"${createHash('md5').update(makeSmallDocument(taskId)).digest('hex')}"`;
  const lost = count((taskId) => !listOf(taskId).some(({ ETag }) => ETag === etagOf(taskId)));
  const stored = [...versions.values()].reduce((sum, { length }) => sum + length, 0);
  const perSecond = Math.round(DOCUMENTS / seconds);
  reportFault({
    fault: `burst of ${bodies.length} messages, ${perSecond} documents a second, ${world.countThrottled()} throttled`,
    tried: DOCUMENTS,
    lost,
    wrongVersions: stored - (DOCUMENTS - lost),
  });

  expect({ lost, stored, errors }).toEqual({ lost: 0, stored: DOCUMENTS, errors: [] });
  expect(await world.countMessages()).toBe(0);
  expect((await world.listDeadLetters()).toSorted()).toEqual(poison.toSorted());
  expect(world.countThrottled()).toBeGreaterThan(0);
});
