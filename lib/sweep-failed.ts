import { PERMANENT_CODES } from './errors.ts';
import { writeRequest } from './queue-message.ts';
import { type StepRecord, TASK_STEP_ID, type TaskRecord } from './record.ts';
import { hasEvents, type SweepEvents } from './sweep-events.ts';
import type { SweepLedger } from './sweep-ledger.ts';
import { sweepPartitions, type SweepTools } from './sweep-partitions.ts';
import { pickTrigger } from './trigger.ts';

const HOUR_MS = 3600_000;
export const DAY_MS = 24 * HOUR_MS;
/** As long as among what is unfinished: whoever wrote the event has given up publishing it. */
const UNPUBLISHED_MS = 2 * HOUR_MS;
export const MAX_AGE_MS = 14 * DAY_MS;
const LIMIT = 10_000;

/** Whether a record failed for good, so that only the operator brings it back. */
export const isPermanent = (code: string | undefined) =>
  (PERMANENT_CODES as readonly (string | undefined)[]).includes(code);

/** When it was first heard of or, if that was later, when what set it off happened; the vendor's word on that is checked. */
export function readBegin({ createdAt, occurredAt = '' }: StepRecord | TaskRecord, now: number): number {
  const occurredMs = Date.parse(occurredAt);
  return Math.max(Date.parse(createdAt), occurredMs <= now ? occurredMs : 0);
}

/**
 * Puts back, once a day for two weeks, what failed for a reason that can pass: a weekend without vendor or key. What
 * failed for good stays for the operator.
 *
 * Codes: those of the table and the queue.
 * @see docs/design.md "What `sweep` does", `f0`–`f7`
 */
export async function sweepFailed(
  tools: SweepTools & { events: SweepEvents },
  ledger: SweepLedger,
): Promise<{ put_back: number }> {
  const counts = { put_back: 0 };
  const yesterday = new Date(tools.now() - DAY_MS).toISOString();
  const oldest = new Date(tools.now() - MAX_AGE_MS);

  async function handle(record: StepRecord | TaskRecord) {
    if (hasEvents(record) && (await tools.events.publish(record))) return [];
    if (record.updatedAt > yesterday) return;
    if (isPermanent(record.error?.code) || readBegin(record, tools.now()) < oldest.getTime()) return;
    if (!(await ledger.putBack(record))) return;
    counts.put_back += 1;
    const { taskId, stepId } = record;
    return [writeRequest({ taskId, ...(stepId !== TASK_STEP_ID && { stepId }), trigger: pickTrigger(record) })];
  }

  // What has not changed since then began before that, too.
  const changed = { since: oldest, until: new Date(tools.now() - UNPUBLISHED_MS) };
  await sweepPartitions(tools, { prefix: 'f', changed, limit: LIMIT, together: 10, handle });
  return counts;
}
