import { readDocumentId } from '../lib/document-id.ts';
import { readRecord, type StepRecord, TASK_STEP_ID, type TaskRecord } from '../lib/record.ts';
import { isUnderWay } from '../lib/shard.ts';
import type { StoredItem } from './adapters/stored-items.ts';

/** The worst first: a task is as its worst document. */
export const OUTCOMES = ['under_way', 'failed', 'not_found', 'not_available', 'archived', 'purged'] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** What of a task is not archived, and why; without a step it is the task itself. */
export type Shortfall = {
  stepId?: string;
  outcome: Exclude<Outcome, 'archived' | 'purged'>;
  code?: string;
  message?: string;
};

export type Verdict = { outcome: Outcome; documents: number; shortfalls: Shortfall[] };

/** Whether a record is still as it was before it was asked for. */
export type IsUnanswered = (item: StoredItem) => boolean;

const STEP_OUTCOMES = {
  PENDING: 'under_way',
  COPYING: 'under_way',
  ARCHIVED: 'archived',
  NOT_AVAILABLE: 'not_available',
  NOT_FOUND: 'not_found',
  FAILED: 'failed',
  PURGED: 'purged',
} as const;

/** One that is cancelled is discovered all the same once it is asked for. */
const TASK_OUTCOMES = {
  OPEN: 'under_way',
  CANCELED: 'under_way',
  DISCOVERED: 'archived',
  NOT_FOUND: 'not_found',
  FAILED: 'failed',
  PURGED: 'purged',
} as const;

/** What has become of a task that was asked for, by all its records. */
export function judgeTask(items: readonly StoredItem[], isUnanswered: IsUnanswered): Verdict {
  const taskItem = items.find(({ step_id }) => step_id === TASK_STEP_ID);
  // Whatever it is asked for, it stays so.
  if (taskItem?.status === 'PURGED') return { outcome: 'purged', documents: 0, shortfalls: [] };
  if (!taskItem || isUnanswered(taskItem)) return judgeWhole({ outcome: 'under_way' });
  try {
    const task = readRecord(taskItem) as TaskRecord;
    const outcome = judgeDiscovery(task);
    if (outcome !== 'archived' && outcome !== 'purged') return judgeWhole({ outcome, ...explain(task) });
    return judgeSteps(task, { items, isUnanswered });
  } catch {
    return judgeWhole({ outcome: 'failed', code: 'record_unreadable', message: 'A record of it can not be read.' });
  }
}

/** Of a task that is known to have no document that could be copied, or not yet. */
const judgeWhole = (shortfall: Shortfall): Verdict => ({
  outcome: shortfall.outcome,
  documents: 0,
  shortfalls: [shortfall],
});

const explain = ({ error }: StepRecord | TaskRecord) => (error ? { code: error.code, message: error.message } : {});

/** `archived`: its steps are known. */
function judgeDiscovery(task: TaskRecord): Outcome {
  // What was discovered or cancelled before stays so, whatever becomes of the next discovery.
  if (task.error && !isUnderWay(task) && task.status !== 'NOT_FOUND') return 'failed';
  return task.error && task.status === 'DISCOVERED' ? 'under_way' : TASK_OUTCOMES[task.status];
}

function judgeSteps(
  { stepIds = [] }: TaskRecord,
  { items, isUnanswered }: { items: readonly StoredItem[]; isUnanswered: IsUnanswered },
): Verdict {
  const stepItems = new Map(items.map((item) => [item.step_id, item]));
  stepItems.delete(TASK_STEP_ID);
  const asked = new Set(stepIds);
  // Files may have been known from when all documents were wanted: nobody asks for them now.
  const isAsked = (stepId: string) => asked.has(stepId) && readDocumentId(stepId).kind === 'step';
  const judged = [...new Set([...asked, ...stepItems.keys()])].map((stepId) => {
    const item = stepItems.get(stepId);
    if (!item || (isAsked(stepId) && isUnanswered(item))) return { stepId, outcome: 'under_way' as const };
    const record = readRecord(item) as StepRecord;
    return { stepId, outcome: STEP_OUTCOMES[record.status], ...explain(record) };
  });
  const outcomes = new Set(judged.map(({ outcome }) => outcome));
  return {
    outcome: OUTCOMES.find((outcome) => outcomes.has(outcome)) ?? 'archived',
    documents: judged.filter(({ outcome }) => outcome === 'archived').length,
    shortfalls: judged.filter(
      (one): one is typeof one & Shortfall => one.outcome !== 'archived' && one.outcome !== 'purged',
    ),
  };
}
