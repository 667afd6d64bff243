import { TASK_STEP_ID, type StepRecord, type TaskRecord } from '../lib/record.ts';
import { NOT_READY_DELAYS_SECONDS } from '../lib/retry-schedule.ts';
import { DAY_MS, isPermanent, MAX_AGE_MS, readBegin } from '../lib/sweep-failed.ts';
import { UNCHANGED_MS } from '../lib/sweep-unfinished.ts';

export type NextTry = {
  /** ISO 8601. */
  at: string | null;
  note: string;
};

/**
 * What happens next with a record, and when, as far as its attributes tell; undefined when nothing is left to do.
 * @see docs/design.md "What each answer leads to", "What `sweep` does"
 */
export function predictNextTry(record: StepRecord | TaskRecord, now: number): NextTry | undefined {
  if (record.unfinished === undefined) return undefined;
  const after = (ms: number) => new Date(Date.parse(record.updatedAt) + ms).toISOString();
  const { leaseExpiresAt } = record as Partial<StepRecord>;
  if (leaseExpiresAt !== undefined && Date.parse(leaseExpiresAt) > now)
    return { at: null, note: `somebody works on it, until ${leaseExpiresAt} at the latest` };
  if (record.status === 'FAILED') return predictFailed(record, now);
  if (record.unfinished.startsWith('t')) return { at: after(DAY_MS), note: 'sweep asks the vendor what became of it' };
  const delaySeconds = NOT_READY_DELAYS_SECONDS[record.notReadyCount - 1];
  if (record.error && delaySeconds !== undefined)
    return { at: after(delaySeconds * 1000), note: 'the vendor had nothing yet, it is asked again' };
  const what = record.stepId === TASK_STEP_ID ? 'its messages are' : 'its message is';
  return { at: after(UNCHANGED_MS), note: `at the latest: then ${what} put back by sweep` };
}

function predictFailed(record: StepRecord | TaskRecord, now: number): NextTry {
  if (isPermanent(record.error?.code)) return { at: null, note: 'failed for good: mend the reason, then `redrive`' };
  const at = Date.parse(record.updatedAt) + DAY_MS;
  if (at > readBegin(record, now) + MAX_AGE_MS)
    return { at: null, note: 'two weeks are over: `redrive` brings it back' };
  return { at: new Date(at).toISOString(), note: 'sweep tries it again once a day, for 14 days' };
}
