import type { StepRecord, TaskRecord } from '../lib/record.ts';
import { predictNextTry } from './next-try.ts';
import { showAge } from './show-age.ts';
import { showText } from './show-text.ts';

type Item = Record<string, unknown>;
type Known = StepRecord | TaskRecord;

function listFacts(record: Known, now: number): string[] {
  const { key, versionId, sizeBytes, sha256 } = record as Partial<StepRecord>;
  const { documentCount, unreachableFiles, unlistedFiles } = record as Partial<TaskRecord>;
  const next = predictNextTry(record, now);
  return [
    ...(documentCount === undefined ? [] : [`${documentCount} documents`]),
    ...(unreachableFiles ? [`${unreachableFiles} files that the vendor's endpoint cannot give`] : []),
    ...(unlistedFiles ? [`${unlistedFiles} files that the vendor does not list`] : []),
    ...(key === undefined ? [] : [`key ${key}`]),
    ...(versionId === undefined ? [] : [`version ${versionId}`]),
    ...(sizeBytes === undefined ? [] : [`${sizeBytes} bytes`]),
    ...(sha256 === undefined ? [] : [`sha256 ${sha256}`]),
    ...(record.purgedAt === undefined ? [] : [`purged ${record.purgedAt}: ${record.reason ?? ''}`]),
    ...(record.error ? [`${record.error.code} (${record.error.stage}): ${record.error.message}`] : []),
    ...(next ? [`next${next.at ? ` ${next.at}` : ''}: ${next.note}`] : []),
  ];
}

/** A record in lines for people: what it is, and indented what is known of it. */
export function describeRecord(item: Item, record: Known | undefined, now: number): string[] {
  if (!record) return [showText(`${String(item.task_id)} ${String(item.step_id)}  UNREADABLE`)];
  const head = `${record.taskId} ${record.stepId}  ${record.status}, unchanged for ${showAge(record.updatedAt, now)}`;
  return [showText(head), ...listFacts(record, now).map((fact) => `  ${showText(fact)}`)];
}

/** The same on one line. */
export function summarizeRecord(item: Item, record: Known | undefined, now: number): string {
  const reason = record?.error ? `: ${record.error.code} (${record.error.stage}), ${record.error.message}` : '';
  return describeRecord(item, record, now)[0] + showText(reason);
}
