import { showCount } from './show-count.ts';
import { showText } from './show-text.ts';

/** What was erased, or would be. */
export type Purged = {
  records: number;
  objects: number;
  versions: number;
  deleteMarkers: number;
  bytes: number;
  uploads: number;
};

type Told = Purged & { taskId: string; reason: string; isDryRun: boolean };

/** The answer of `purge`. */
export function describePurge(told: Told, { isJson }: { isJson: boolean }): string[] {
  const { taskId, reason, isDryRun, records, objects, versions, deleteMarkers, bytes, uploads } = told;
  if (isJson) {
    const counts = { records, objects, versions, delete_markers: deleteMarkers, bytes, uploads };
    return [JSON.stringify({ task_id: taskId, reason, dry_run: isDryRun, ...counts })];
  }
  const parts = [
    `${showCount(versions)} versions of ${showCount(objects)} objects (${showCount(bytes)} bytes)`,
    ...(deleteMarkers > 0 ? [`${showCount(deleteMarkers)} delete markers`] : []),
    ...(uploads > 0 ? [`${showCount(uploads)} uploads`] : []),
    `what ${showCount(records)} records said`,
  ];
  const erased = `${isDryRun ? 'Would be erased' : 'Erased'}: ${parts.join(', ')}.`;
  return isDryRun ? [erased] : [erased, showText(`Task ${taskId} is purged: ${reason}`)];
}
