import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refuse } from '../support/aws-refusals.ts';
import { type FaultLane, startFaultLane } from '../support/fault-lane.ts';
import { faultPaths, listPoints, type PathRun, runPath } from '../support/fault-path.ts';
import type { Fault } from '../support/fault-plan.ts';
import type { Intercept } from '../support/fault-proxy.ts';
import { reportFault } from '../support/report-fault.ts';
import { runOnLanes } from '../support/run-on-lanes.ts';

/** One more than the SDK asks by itself. */
const TIMES = 4;

/** It takes effect, and nobody hears of it. */
const drop: Intercept = async (_request, forward) => {
  await forward();
  return undefined;
};

const faults: { fault: string; times: number; intercept: Intercept }[] = [
  { fault: 'takes effect once, and its answer is lost', times: 1, intercept: drop },
  { fault: `takes effect, and its answer is lost, ${TIMES} times`, times: TIMES, intercept: drop },
  {
    fault: `answers 500, ${TIMES} times`,
    times: TIMES,
    intercept: async (request) => refuse(request, 'internal error'),
  },
  { fault: `answers 503, ${TIMES} times`, times: TIMES, intercept: async (request) => refuse(request, 'unavailable') },
  { fault: `throttles, ${TIMES} times`, times: TIMES, intercept: async (request) => refuse(request, 'throttled') },
];

const isAws = (point: string) => /^(s3|dynamodb|sqs|events) /.test(point);

let lanes: FaultLane[];

beforeAll(async () => {
  lanes = await Promise.all(Array.from({ length: 4 }, () => startFaultLane()));
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
});

describe.each(faultPaths)('on the way of $name', (path) => {
  let calls: string[];

  beforeAll(async () => {
    const plain = await runPath(lanes[0] as FaultLane, path);
    calls = listPoints(path, plain).filter(isAws);
  });

  it('finds the calls of AWS by running', () => {
    const operations = new Set(calls.map((point) => point.replace(/ \d+$/, '')));
    const writes = path.sizes.at(-1) === 'small' ? ['s3 PutObject'] : ['s3 UploadPart', 's3 CompleteMultipartUpload'];
    const sends = path.from === undefined ? ['sqs SendMessage', 'sqs SendMessageBatch'] : [];
    const all = [...sends, 'dynamodb UpdateItem of the step', 'events PutEvents', ...writes];
    expect([...operations]).toEqual(expect.arrayContaining(all));
  });

  it.each(faults)('archives once whichever call $fault', async ({ fault, times, intercept }) => {
    const planned: Fault[] = calls.map((point) => ({ point, times, intercept }));
    const runs = await runOnLanes(
      lanes,
      planned,
      async (lane, { point, ...how }): Promise<PathRun & { point: string }> => ({
        point,
        ...(await runPath(lane, path, { point, ...how })),
      }),
    );
    reportFault({
      fault: `an AWS call ${fault}: ${path.name}`,
      tried: runs.length,
      lost: runs.filter(({ verdict }) => verdict.isLost).length,
      wrongVersions: runs.reduce((sum, { verdict }) => sum + verdict.wrongVersions, 0),
    });

    expect(runs.filter(({ befallen }) => befallen === 0).map(({ point }) => point)).toEqual([]);
    const wrong = runs.filter(({ verdict }) => verdict.problems.length > 0);
    expect(wrong.map(({ point, verdict }) => [point, ...verdict.problems])).toEqual([]);
  });
});
