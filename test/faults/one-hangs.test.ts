import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Service, startQueueWorld } from '../support/queue-world.ts';
import { reportFault } from '../support/report-fault.ts';
import { link, refuse, type Script, serve } from '../support/scripted-server.ts';
import type { Seen } from '../support/stalling-front.ts';

/** Of which the function keeps the last 15 s for settling. */
const REMAINING_MS = 19_000;

type Place = {
  it: string;
  /** Short from the beginning, though there is always enough to begin something. */
  remainingMs?: number;
  vendor?: Script;
  storage?: Script;
  content?: Buffer;
  stall?: { service: Service; isStalled: (seen: Seen, taskId: string) => boolean };
};

const pdf = Buffer.from('%PDF-1.7 a contract');
const large = Buffer.alloc(25 * 1024 * 1024, '%PDF-1.7 a large contract ');

const isUpdate = ({ headers, body }: Seen, taskId: string) =>
  String(headers['x-amz-target']).endsWith('.UpdateItem') && body.includes(`"${taskId}"`);

const places: Place[] = [
  { it: 'the vendor', vendor: 'silence' },
  { it: 'the storage host', storage: 'silence' },
  { it: 'the download', storage: serve(pdf, { stallAfter: 5 }) },
  {
    it: 'the write of a small document',
    stall: { service: 's3', isStalled: ({ method, url }, taskId) => method === 'PUT' && url.includes(`/${taskId}/`) },
  },
  {
    it: 'the write of a part',
    content: large,
    stall: {
      service: 's3',
      isStalled: ({ url }, taskId) => url.includes(`/${taskId}/`) && url.includes('partNumber=2&'),
    },
  },
  {
    it: 'the end of an upload',
    content: large,
    stall: {
      service: 's3',
      isStalled: ({ method, url }, taskId) =>
        method === 'POST' && url.includes(`/${taskId}/`) && url.includes('uploadId='),
    },
  },
  // Nobody is claimed with less than a minute left.
  { it: 'the claim', remainingMs: 60_000, stall: { service: 'dynamodb', isStalled: isUpdate } },
  {
    it: 'the record of success',
    stall: {
      service: 'dynamodb',
      isStalled: (seen, taskId) => isUpdate(seen, taskId) && seen.body.includes('"ARCHIVED"'),
    },
  },
  {
    it: 'the record of failure',
    vendor: refuse(500),
    stall: {
      service: 'dynamodb',
      isStalled: (seen, taskId) => isUpdate(seen, taskId) && seen.body.includes('"PENDING"'),
    },
  },
  {
    it: 'the visibility of what failed',
    vendor: refuse(500),
    stall: {
      service: 'sqs',
      isStalled: ({ headers }) => String(headers['x-amz-target']).endsWith('.ChangeMessageVisibility'),
    },
  },
];

let world: Awaited<ReturnType<typeof startQueueWorld>>;
let batches = 0;
beforeAll(async () => {
  world = await startQueueWorld({ maxReceiveCount: 10 });
});
afterEach(async () => {
  await world.purge();
});
afterAll(async () => {
  await world.close();
});

function createHurriedClock(remainingMs: number): () => number {
  let looks = 0;
  return () => (looks++ === 0 ? remainingMs : 900_000);
}

describe('a batch of ten of which one hangs', () => {
  it.each(places)('ends with exactly one failure: $it', async (place) => {
    batches += 1;
    const taskIds = Array.from({ length: 10 }, (_, index) => `task_${batches}x${index}`);
    const hanging = taskIds[5] as string;
    for (const taskId of taskIds) {
      world.vendor.script(taskId, [taskId === hanging ? (place.vendor ?? link()) : link()]);
      const content = taskId === hanging ? (place.content ?? pdf) : pdf;
      world.storage.script(taskId, [taskId === hanging ? (place.storage ?? serve(content)) : serve(content)]);
    }
    for (const taskId of taskIds) await world.send(taskId);
    world.stalls.clear();
    const { stall, remainingMs = REMAINING_MS } = place;
    if (stall) world.stalls.set(stall.service, (seen) => stall.isStalled(seen, hanging));

    const killed = setTimeout(remainingMs, { failed: ['all, as it was killed by then'] });
    const { failed } = await Promise.race([world.receive(createHurriedClock(remainingMs)), killed]);

    const others = taskIds.filter((taskId) => taskId !== hanging);
    const statuses = await world.readStatuses();
    const lost = others.filter((taskId) => statuses.get(taskId) !== 'ARCHIVED').length;
    const versions = await Promise.all(others.map((taskId) => world.countVersions(taskId)));
    const wrongVersions = versions.reduce((sum, count) => sum + Math.abs(count - 1), 0);
    reportFault({ fault: `one of ten hangs: ${place.it}`, tried: others.length, lost, wrongVersions });
    expect({ failed, lost, wrongVersions }).toEqual({
      failed: [expect.stringContaining(`"${hanging}"`)],
      lost: 0,
      wrongVersions: 0,
    });
    expect(await world.countUploads()).toBe(0);
  });
});
