import type { StepRecord, TaskRecord } from '../lib/record.ts';

/** How many records there are of each status; of all, when the first one was heard of and the longest unchanged last changed. */
export type Tally = {
  count: number;
  by_status: Record<string, number>;
  oldest_created_at?: string;
  unchanged_since?: string;
};

/** Records that failed for the same reason, and one of them. */
export type Stuck = {
  status: string;
  stage: string;
  code: string;
  count: number;
  unchanged_since: string;
  example: { task_id: string; step_id: string };
};

export const createTally = (): Tally => ({ count: 0, by_status: {} });

const UNREADABLE = 'UNREADABLE';

const pickEarlier = (one: string | undefined, other: string) => (one !== undefined && one < other ? one : other);

export function addToTally(tally: Tally, record: StepRecord | TaskRecord | undefined): void {
  const status = record?.status ?? UNREADABLE;
  tally.count += 1;
  tally.by_status[status] = (tally.by_status[status] ?? 0) + 1;
  if (!record) return;
  tally.oldest_created_at = pickEarlier(tally.oldest_created_at, record.createdAt);
  tally.unchanged_since = pickEarlier(tally.unchanged_since, record.updatedAt);
}

/** Keeps one entry a reason, however many records there are. */
export function addToStuck(stuck: Map<string, Stuck>, record: StepRecord | TaskRecord | undefined): void {
  if (!record?.error) return;
  const { status, error, updatedAt, taskId: task_id, stepId: step_id } = record;
  const reason = `${status} ${error.code}`;
  const known = stuck.get(reason);
  if (known) known.count += 1;
  if (known && known.unchanged_since <= updatedAt) return;
  const { stage, code } = error;
  const example = { task_id, step_id };
  stuck.set(reason, { status, stage, code, count: known?.count ?? 1, unchanged_since: updatedAt, example });
}
