import * as z from 'zod';
import { MANIFEST } from '../lib/manifest.ts';
import { isTask, readRecord, TASK_STEP_ID, writeName } from '../lib/record.ts';
import type { StoredItem } from './adapters/stored-items.ts';
import type { Difference } from './verify-finding.ts';

const MAX_SHOWN = 200;

/** What an archived record promises. @see docs/design.md "The record" */
const archivedSchema = z.object({
  taskId: z.string(),
  stepId: z.string(),
  bucket: z.string().min(1),
  key: z.string().min(1),
  versionId: z.string().min(1).optional(),
  etag: z.string().min(1),
  fileName: z.string(),
  contentType: z.string().min(1),
  sizeBytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected 64 lower-case hex digits' }),
  archivedAt: z.string(),
});

export type ArchivedRecord = z.infer<typeof archivedSchema>;

export type KnownRecord =
  | { kind: 'task' }
  | { kind: 'not_archived'; status: string }
  | { kind: 'archived'; record: ArchivedRecord }
  /** Nobody wrote it like this: somebody has changed it. */
  | { kind: 'spoilt'; differences: readonly Difference[] };

/** Says what a record stands for, however it looks; that of a task with a manifest stands for it. */
export function recogniseRecord(item: StoredItem): KnownRecord {
  if (item.step_id === TASK_STEP_ID && item.key === undefined) return { kind: 'task' };
  try {
    const step = readRecord(item);
    if (isTask(step) && step.status !== 'PURGED') {
      return { kind: 'archived', record: archivedSchema.parse({ ...step, ...MANIFEST }) };
    }
    if (step.status === 'ARCHIVED') return { kind: 'archived', record: archivedSchema.parse(step) };
    if (step.status === 'PURGED' && step.key !== undefined) {
      return {
        kind: 'spoilt',
        differences: [{ field: 'key', expected: 'nothing, for it was purged', found: step.key }],
      };
    }
    // What once was archived stays so, and only what is archived has a key.
    if (step.key === undefined) return { kind: 'not_archived', status: step.status };
    return { kind: 'spoilt', differences: [{ field: 'status', expected: 'ARCHIVED', found: step.status }] };
  } catch (error) {
    return { kind: 'spoilt', differences: (error as z.ZodError).issues.map((issue) => describeIssue(issue, item)) };
  }
}

function describeIssue({ path, message }: z.core.$ZodIssue, item: StoredItem): Difference {
  const [name, ...rest] = path.map(String);
  const attribute = writeName(name as string);
  const found = item[attribute];
  const shown = typeof found === 'string' ? found : (JSON.stringify(found) ?? null);
  return { field: [attribute, ...rest].join('.'), expected: message, found: shown && shown.slice(0, MAX_SHOWN) };
}
