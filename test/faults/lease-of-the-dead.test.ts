import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { checkArchived } from '../support/check-archived.ts';
import { type FaultLane, startFaultLane } from '../support/fault-lane.ts';
import type { Intercept } from '../support/fault-proxy.ts';

/** The whole of the function's time, 5 s, and the second that rounds up. */
const MAX_BUSY_SECONDS = 906;
const document = Buffer.from('%PDF-1.7\n% version 1\n%%EOF\n');

let lane: FaultLane;

beforeAll(async () => {
  lane = await startFaultLane();
});
afterAll(() => lane.close());

it('leaves a document alone as long as the lease of a dead worker lasts, and copies it right after', async () => {
  const { plan, clock } = lane.world;
  const seconds: number[] = [];
  const kill: Intercept = async () => {
    await lane.host.kill();
    return undefined;
  };
  const noteVisibility: Intercept = (request, forward) => {
    seconds.push(JSON.parse(Buffer.concat(request.body).toString()).VisibilityTimeout);
    return forward();
  };
  lane.setDocument('task_leased', document);
  await lane.postCompletion('task_leased');
  await lane.source.deliver(clock.aheadMs);
  plan.begin({ point: 's3 PutObject 1', intercept: kill });
  const dead = await lane.source.deliver(clock.aheadMs);
  await lane.source.returnMessages(dead?.undone ?? []);

  plan.begin({ point: 'sqs ChangeMessageVisibility 1', intercept: noteVisibility });
  const early = await lane.source.deliver(clock.aheadMs);

  expect(early?.undone).toHaveLength(1);
  expect(plan.listSeen().filter((point) => /^(vendor|storage|s3)/.test(point))).toEqual([]);
  const [busySeconds = 0] = seconds;
  expect(busySeconds).toBeGreaterThan(MAX_BUSY_SECONDS / 2);
  expect(busySeconds).toBeLessThanOrEqual(MAX_BUSY_SECONDS);

  clock.aheadMs += busySeconds * 1000;
  await lane.source.returnMessages(early?.undone ?? []);
  await lane.source.deliver(clock.aheadMs);
  expect((await checkArchived(lane, 'task_leased', [document])).problems).toEqual([]);
});
