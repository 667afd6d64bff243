import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FaultLane, startFaultLane } from '../support/fault-lane.ts';
import { faultPaths, listPoints } from '../support/fault-path.ts';
import { type DeathRun, describeDeaths, dieEverywhere } from '../support/kill-worker.ts';
import { reportFault } from '../support/report-fault.ts';

/** What the list of points must have found at least; with it empty, nothing would be proven. */
const expectedPoints: Record<string, string[]> = {
  'a small document': ['s3 PutObject 1'],
  'a multipart document': ['s3 CreateMultipartUpload 1', 's3 UploadPart 4', 's3 CompleteMultipartUpload 1'],
  'a changed small document': ['dynamodb GetItem of the step 1', 's3 PutObject 1'],
  'a changed multipart document': ['dynamodb GetItem of the step 1', 's3 CompleteMultipartUpload 1'],
};
const commonPoints = [
  'sqs SendMessage 1',
  'dynamodb UpdateItem of the task 2',
  'vendor GET files 1',
  'sqs SendMessageBatch 1',
  'dynamodb UpdateItem of the step 2',
  'vendor GET document 1',
  'storage GET 1',
  'events PutEvents 1',
];

let lanes: [FaultLane, FaultLane];

beforeAll(async () => {
  lanes = await Promise.all([startFaultLane(), startFaultLane()]);
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
});

describe.each(faultPaths)('a worker that dies before or after any request on the way of $name', (path) => {
  let plain: DeathRun;
  let runs: DeathRun[];

  beforeAll(async () => {
    ({ plain, runs } = await dieEverywhere(lanes, path));
    reportFault({
      fault: `killed before and after every request, ${path.name}`,
      tried: runs.length,
      lost: runs.filter(({ verdict }) => verdict.isLost).length,
      wrongVersions: runs.reduce((sum, { verdict }) => sum + verdict.wrongVersions, 0),
    });
  });

  it('is found at every service', () => {
    expect(plain.seen).toEqual(expect.arrayContaining([...commonPoints, ...(expectedPoints[path.name] as string[])]));
    expect(plain.verdict.problems).toEqual([]);
  });

  it('really dies there, and so does the one that recovers, where it does what no other does', () => {
    expect(runs.length).toBeGreaterThanOrEqual(2 * listPoints(path, plain).length);
    expect(
      runs.filter(({ deaths, died }) => died !== deaths.length).map(({ deaths }) => describeDeaths(deaths)),
    ).toEqual([]);
    const recovering = runs.flatMap(({ deaths }) => deaths.slice(1).map(({ point }) => point));
    expect(recovering).toEqual(expect.arrayContaining([expect.stringMatching(/^s3 HeadObject/)]));
  });

  it('leaves one record, the right bytes, each version once and no message', () => {
    const wrong = runs.filter(({ verdict }) => verdict.problems.length > 0);
    expect(wrong.map(({ deaths, verdict }) => [describeDeaths(deaths), ...verdict.problems])).toEqual([]);
  });
});
