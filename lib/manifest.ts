import { createHash } from 'node:crypto';
import { writeReadably } from './canonical-json.ts';
import { writeDocumentPath } from './document-path.ts';
import { pickDocument, type StepRecord, type TaskRecord, writeRecord } from './record.ts';
import { pickTrigger } from './trigger.ts';

/** A task whose documents have all reached an end. */
export type EndedTask = { task: TaskRecord; documents: readonly StepRecord[] };

/** What kind of object it is. */
export const MANIFEST = { fileName: 'manifest.json', contentType: 'application/json' } as const;

/** Where the manifest of a task goes when it is written for the first time; later versions go to the recorded key. */
export const makeManifestKey = (taskId: string, prefix: string): string =>
  `${prefix}tasks/${taskId}/${MANIFEST.fileName}`;

/**
 * The manifest of a task: what became of each of its documents, and what set it off. It says nothing but what the records
 * say, and nothing that changes while its documents stay the same: the same state always has the same bytes.
 * @see docs/manifest.md
 */
export const writeManifest = ({ task, documents }: EndedTask): string =>
  writeReadably({
    schema: 1,
    task_id: task.taskId,
    trigger: writeRecord({ ...pickTrigger(task), initiatedBy: task.initiatedBy }),
    unreachable_files: task.unreachableFiles,
    unlisted_files: task.unlistedFiles,
    documents: documents.map(describeDocument),
  });

/** Lower-case hex over all its bytes. */
export const hashManifest = (manifest: string): string => createHash('sha256').update(manifest).digest('hex');

function describeDocument(record: StepRecord) {
  const { stepId, status, error } = record;
  const source = `GET ${writeDocumentPath(record)}`;
  // How often it was tried, and what failed since it was archived, is no state of the document.
  const ended = { step_id: stepId, status, source };
  if (status !== 'ARCHIVED') return error ? { ...ended, error: { stage: error.stage, code: error.code } } : ended;
  return { ...ended, ...writeRecord(pickDocument(record)), trigger: writeRecord(pickTrigger(record)) };
}
