import type { StepRecord } from './record.ts';

export type CopyFields = { bytes: number | undefined; copy_ms: number; age_seconds: number | undefined };

/**
 * The fields of a line about a new copy; nothing where there is none. `age_seconds` is from the workflow's event to the
 * archived object, where the event says when it was.
 */
export function describeCopy(
  { sizeBytes: bytes, archivedAt = '' }: StepRecord,
  copyMs: number | undefined,
  occurredAt = '',
): CopyFields | undefined {
  if (copyMs === undefined) return;
  const seconds = (Date.parse(archivedAt) - Date.parse(occurredAt)) / 1000;
  return { bytes, copy_ms: copyMs, age_seconds: seconds >= 0 ? seconds : undefined };
}
