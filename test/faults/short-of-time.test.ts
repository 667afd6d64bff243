import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startQueueWorld } from '../support/queue-world.ts';
import { reportFault } from '../support/report-fault.ts';
import { link, type Script, serve } from '../support/scripted-server.ts';

const DOCUMENTS = 100;
const BEGUN_IN_TIME = 3;

let world: Awaited<ReturnType<typeof startQueueWorld>>;
beforeAll(async () => {
  // Whatever is received is received for the last time.
  world = await startQueueWorld({ maxReceiveCount: 1 });
});
afterAll(async () => {
  await world.close();
});

it('gives back at once what a batch has no time for, untouched: each document is asked for once, and none dies', async () => {
  const taskIds = Array.from({ length: DOCUMENTS }, (_, number) => `task_${number}`);
  let asked = 0;
  const answerLink: Script = (question) => {
    asked += 1;
    return link()(question);
  };
  for (const taskId of taskIds) {
    world.vendor.script(taskId, [answerLink]);
    world.storage.script(taskId, [serve(Buffer.from(`%PDF-1.7 ${taskId}`))]);
    await world.send(taskId);
  }
  const recorded: number[] = [];
  let calls = 0;
  for (let received = 1; received > 0; ) {
    const enough = asked + BEGUN_IN_TIME;
    ({ received } = await world.receive(() => (asked < enough ? 900_000 : 59_999)));
    calls += received > 0 ? 1 : 0;
    recorded.push((await world.readStatuses()).size);
  }

  const statuses = await world.readStatuses();
  const lost = taskIds.filter((taskId) => statuses.get(taskId) !== 'ARCHIVED').length;
  const versions = await Promise.all(taskIds.map((taskId) => world.countVersions(taskId)));
  const wrongVersions = versions.reduce((sum, count) => sum + Math.abs(count - 1), 0);
  reportFault({ fault: 'no time for the rest of a batch', tried: DOCUMENTS, lost, wrongVersions });
  expect({ lost, wrongVersions }).toEqual({ lost: 0, wrongVersions: 0 });
  expect(await world.countDeadLetters()).toBe(0);
  expect(taskIds.filter((taskId) => world.vendor.listRequests(taskId).length !== 1)).toEqual([]);
  // Three more records after each call: what was not begun leaves none.
  expect(recorded.slice(0, calls - 1)).toEqual(
    Array.from({ length: calls - 1 }, (_, call) => (call + 1) * BEGUN_IN_TIME),
  );
  expect(calls).toBe(Math.ceil(DOCUMENTS / BEGUN_IN_TIME));
});
