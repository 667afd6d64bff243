import type { ArchiveResult } from './archive-message.ts';
import type { Queued } from './middleware/queue-transient.ts';
import { writeRecord } from './record.ts';

/** What the caller of a direct event gets to see. @see docs/design.md "Functions" */
export function answerDirect(result: ArchiveResult | Queued): Record<string, unknown> {
  if ('status' in result) return result;
  if (result.kind === 'ignored') return { status: 'ignored', event: result.event };
  if (result.kind === 'noted' && !result.record) return { status: 'ignored' };
  const isDiscovered = result.kind === 'task' && !result.failure && result.record.status === 'DISCOVERED';
  if (isDiscovered) return { status: 'discovered', step_ids: result.record.stepIds };
  return writeRecord(result.record as object);
}
