import { afterAll, expect, it } from '@jest/globals';
import { refuse } from '../support/aws-refusals.ts';
import { startFaultLane } from '../support/fault-lane.ts';
import { faultPaths, type FaultPath, type PathRun, runPath } from '../support/fault-path.ts';
import { reportFault } from '../support/report-fault.ts';

const MAX_RECEIVE_COUNT = 3;
/** The SDK asks three times, and a receive makes two such calls at most: this lasts through all receives of a message. */
const TIMES = 3 * 2 * MAX_RECEIVE_COUNT;

const runs: PathRun[] = [];

afterAll(() => {
  reportFault({
    fault: 'throttled through all receives of a message',
    tried: runs.length,
    lost: runs.filter(({ verdict }) => verdict.isLost).length,
    wrongVersions: runs.reduce((sum, { verdict }) => sum + verdict.wrongVersions, 0),
  });
});

it.concurrent.each([
  ['the begin of discovery', 'dynamodb UpdateItem of the task 1'],
  ['the sending of step messages', 'sqs SendMessageBatch 1'],
  ['the claim', 'dynamodb UpdateItem of the step 1'],
  ['the object', 's3 PutObject 1'],
  ['the end of a copy', 'dynamodb UpdateItem of the step 2'],
])('archives a document whose messages are all throttled at %s', async (_what, point) => {
  const lane = await startFaultLane({ maxReceiveCount: MAX_RECEIVE_COUNT });
  try {
    const intercept = async (request: Parameters<typeof refuse>[0]) => refuse(request, 'throttled');
    const run = await runPath(lane, faultPaths[0] as FaultPath, { point, times: TIMES, intercept });
    runs.push(run);

    expect(run.verdict.problems).toEqual([]);
    expect(run.befallen).toBe(TIMES);
  } finally {
    await lane.close();
  }
});
