import { createHash } from 'node:crypto';
import { writeManifest } from '../../../lib/manifest.ts';
import { readStepRecord, readTaskRecord, TASK_STEP_ID } from '../../../lib/record.ts';
import type { World } from './archive-world.ts';
import type { Content } from './document-content.ts';
import type { StoredVersion } from './store-model.ts';
import type { Item } from './table-model.ts';
import { isManifest, readManifest } from './watch-manifest.ts';

/** What should not be, in words; and how many documents, and versions, it concerns. */
export type Verdict = { complaints: string[]; lost: number; wrongVersions: number };

const hashOf = (chunks: readonly Buffer[]) =>
  chunks.reduce((hash, chunk) => hash.update(chunk), createHash('sha256')).digest('hex');

type Ending = {
  record: Item | undefined;
  /** What lies in the bucket for it, the oldest first. */
  versions: readonly StoredVersion[];
  content: Content;
  isForced: boolean;
};

/**
 * The recorded version is the latest one; with forced copies of the same bytes, the same as the latest: their ETags
 * are the same, too, so that no condition tells them apart.
 */
function findRecorded({ record, versions, isForced }: Ending): StoredVersion | undefined {
  const latest = versions.at(-1);
  const recorded = versions.find(({ versionId }) => versionId === record?.version_id);
  return recorded === latest || (isForced && recorded?.etag === latest?.etag) ? recorded : undefined;
}

function judgeRecord(ending: Ending): string[] {
  const { record, content } = ending;
  if (record?.status !== 'ARCHIVED') return [`it is ${String(record?.status)}`];
  const recorded = findRecorded(ending);
  if (!recorded) return ['the latest version is not the recorded one'];
  const isDescribed =
    record.key === recorded.key && record.etag === recorded.etag && record.size_bytes === recorded.sizeBytes;
  const isLatest = record.sha256 === content.sha256 && hashOf(recorded.chunks) === content.sha256;
  const left = ['lease_id', 'unfinished', 'error', 'event_pending'].filter((name) => record[name] !== undefined);
  return [
    ...(isDescribed ? [] : ['the record describes another object']),
    ...(isLatest ? [] : ['the archived bytes are not the document as it is now']),
    ...left.map((name) => `${name} is left`),
  ];
}

/** What the bucket says of a task is what its records say, once each of its documents has reached an end. */
function judgeTaskManifest(
  task: Item | undefined,
  { records, versions }: { records: readonly Item[]; versions: readonly StoredVersion[] },
): string[] {
  const manifest = versions.findLast(({ key }) => isManifest(key));
  if (task?.status !== 'DISCOVERED') return manifest ? ['there is a manifest of no task'] : [];
  const documents = records.filter((record) => record !== task).map(readStepRecord);
  const expected = writeManifest({
    task: readTaskRecord(task),
    documents: documents.toSorted((one, other) => (one.stepId < other.stepId ? -1 : 1)),
  });
  const left = ['manifest_pending', 'event_pending'].filter((name) => task[name] !== undefined);
  return [
    ...(manifest && readManifest(manifest) === expected ? [] : ['the manifest does not say what the records say']),
    ...(manifest?.versionId === task.version_id ? [] : ['the task does not name the latest manifest']),
    ...left.map((name) => `${name} is left at the task`),
  ];
}

/** Holds what is there in the end against what was promised. @see docs/design.md "The decisions" 1, 2 and 5 */
export function judgeArchive({
  plan,
  table,
  store,
  source,
  queue,
  isForced,
  bus,
  recordedVersions,
  violations,
  wrongVersions,
}: World): Verdict {
  const records = table.list();
  const stepIds = plan.asksFor === 'step' ? source.stepIds.slice(0, 1) : source.stepIds;
  const content = source.contents.at(-1) as Content;
  const steps = stepIds.map((stepId) => {
    const versions = store.versions.filter(({ key }) => key.startsWith(`tasks/task/steps/${stepId}/`));
    const record = records.find((candidate) => candidate.step_id === stepId);
    const found = judgeRecord({ record, versions, content, isForced });
    return found.map((complaint) => `${stepId}: ${complaint}`);
  });
  const tasks = records.filter(({ step_id: stepId }) => stepId === TASK_STEP_ID);
  const documentCount = records.length - tasks.length;
  const untold = [...recordedVersions].filter((version) => plan.hasBus !== bus.told.has(version));
  return {
    complaints: [
      ...violations,
      ...untold.map((version) => `the bus was ${plan.hasBus ? 'not ' : ''}told of ${version}`),
      ...[...bus.told].flatMap((version) => (recordedVersions.has(version) ? [] : [`no record has ${version}`])),
      ...wrongVersions,
      ...steps.flat(),
      ...judgeTaskManifest(tasks[0], { records, versions: store.versions }),
      ...tasks.flatMap(({ status }) => (status === 'DISCOVERED' ? [] : [`the task is ${String(status)}`])),
      ...(documentCount === stepIds.length ? [] : [`${documentCount} records for ${stepIds.length} documents`]),
      ...(queue.count() === 0 ? [] : [`${queue.count()} messages are left`]),
      ...queue.deadLetters.map((body) => `${body} is dead`),
    ],
    lost: steps.filter((found) => found.length > 0).length,
    wrongVersions: wrongVersions.length,
  };
}
