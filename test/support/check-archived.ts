import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectVersionsCommand, type ObjectVersion } from '@aws-sdk/client-s3';
import { hashManifest, writeManifest } from '../../lib/manifest.ts';
import { readStepRecord, readTaskRecord, TASK_STEP_ID } from '../../lib/record.ts';
import { readRecords, type StoredRecord } from '../../local/archived-documents.ts';
import type { Stack } from '../../local/stack.ts';
import { hashOf } from './archive-world.ts';
import { type FaultLane, STEP } from './fault-lane.ts';
import { isManifest } from './model/watch-manifest.ts';

/** What is not as it should be, in words; and whether the document is lost, or versions are there that should not be. */
export type Verdict = { problems: string[]; isLost: boolean; wrongVersions: number };

/** Holds a task against what it should have ended in: every version of its document once, the newest recorded. */
export async function checkArchived(lane: FaultLane, taskId: string, versions: readonly Buffer[]): Promise<Verdict> {
  const { s3, table, bus } = lane.world;
  const records = await readRecords({ table } as Stack, taskId);
  const listing = new ListObjectVersionsCommand({ Bucket: s3.bucket, Prefix: `tasks/${taskId}/` });
  const { Versions: all = [], DeleteMarkers = [] } = await s3.client.send(listing);
  const Versions = all.filter(({ Key = '' }) => !isManifest(Key));
  const manifests = all.filter(({ Key = '' }) => isManifest(Key));
  const left = await lane.source.countLeft();

  const told = new Set(bus.events.flatMap(({ detail }) => (detail.task_id === taskId ? [detail.sha256] : [])));
  const expected = versions.at(-1) as Buffer;
  const record = records.find(({ step_id }) => step_id === STEP);
  const isRight = record?.status === 'ARCHIVED' && record.sha256 === hashOf(expected);
  const isStored = isRight && (await hashStored(lane, record)) === record.sha256;
  const newest = Versions.find(({ IsLatest }) => IsLatest)?.VersionId;
  const wrongVersions = Math.max(0, Versions.length - versions.length) + DeleteMarkers.length;
  const findings: [isWrong: boolean, problem: string][] = [
    [records.map(({ step_id }) => step_id).join() !== `#task,${STEP}`, `the records are ${describe(records)}`],
    [!isRight, `the record does not say that it is archived: ${describe(records)}`],
    [record?.size_bytes !== expected.length, `its size is recorded as ${record?.size_bytes}`],
    [isRight && !isStored, 'the recorded object has other bytes'],
    [
      record !== undefined && ['lease_id', 'unfinished', 'event_pending'].some((name) => name in record),
      'the record is not finished',
    ],
    [record?.version_id !== newest, 'the record does not name the newest version'],
    [
      wrongVersions > 0 || Versions.length < versions.length,
      `${Versions.length} versions, ${DeleteMarkers.length} delete markers`,
    ],
    [versions.some((version) => !told.has(hashOf(version))), 'the bus was not told of each version'],
    [left > 0, `${left} messages are left`],
    [!(await isUpToDate(lane, { records, manifests })), 'the manifest is not that of the records'],
    [manifests.length > versions.length, `${manifests.length} versions of the manifest`],
    [
      !bus.events.some(({ detail }) => detail.sha256 === findTask(records)?.sha256),
      'the bus was not told of the manifest',
    ],
  ];
  const problems = findings.flatMap(([isWrong, problem]) => (isWrong ? [problem] : []));
  return { problems, isLost: !isStored, wrongVersions };
}

const findTask = (records: readonly StoredRecord[]) => records.find(({ step_id }) => step_id === TASK_STEP_ID);

/** Whether the latest manifest is the one that the records make and that the task names. */
async function isUpToDate(
  lane: FaultLane,
  { records, manifests }: { records: readonly StoredRecord[]; manifests: readonly ObjectVersion[] },
): Promise<boolean> {
  const task = findTask(records);
  const latest = manifests.find(({ IsLatest }) => IsLatest);
  if (!task || !latest || task.version_id !== latest.VersionId) return false;
  const documents = records.filter((record) => record !== task).map(readStepRecord);
  const expected = hashManifest(writeManifest({ task: readTaskRecord(task), documents }));
  return task.sha256 === expected && (await hashStored(lane, task)) === expected;
}

async function hashStored({ world }: FaultLane, { key, version_id }: StoredRecord): Promise<string> {
  const command = new GetObjectCommand({ Bucket: world.s3.bucket, Key: key, VersionId: version_id });
  const { Body } = await world.s3.client.send(command);
  const hash = createHash('sha256');
  for await (const chunk of Body as unknown as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

const describe = (records: readonly StoredRecord[]) =>
  records.map(({ step_id, status, error }) => `${step_id} ${status} ${error?.code ?? ''}`).join(', ');
