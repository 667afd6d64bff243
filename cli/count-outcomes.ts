import { TASK_STEP_ID } from '../lib/record.ts';
import type { TaskRecords } from './adapters/task-records.ts';
import type { Context } from './context.ts';
import { type IsUnanswered, judgeTask, OUTCOMES, type Outcome, type Verdict } from './judge-task.ts';
import type { ProgressLine } from './progress-line.ts';
import { runBounded } from './run-bounded.ts';
import type { TaskIds } from './task-range.ts';

const TOGETHER = 10;
const LOOK_AGAIN_MS = 10_000;

/**
 * `unreachable_files`: generated files that the vendor's API can't give, of tasks whose documents are known;
 * `unlisted_files`: those that its list does not name, at most.
 */
export type Counts = Record<Outcome, number> & { documents: number; unreachable_files: number; unlisted_files: number };

type Judged = Verdict & { unreachableFiles: number; unlistedFiles: number };

type Options = {
  records: TaskRecords;
  isUnanswered: IsUnanswered;
  /** Told once of each task, when nothing more is expected of it or of this run. */
  onJudged: (taskId: string, verdict: Verdict) => void;
  progress: ProgressLine;
  /** Look again until nothing is under way. */
  isAwaited: boolean;
} & Pick<Context, 'wait' | 'signal'>;

/** What has become of tasks that were asked for. With the signal it counts as under way whatever was when it last looked. */
export async function countOutcomes(tasks: TaskIds, options: Options): Promise<Counts> {
  const { signal, isAwaited } = options;
  const counts: Counts = {
    under_way: 0,
    failed: 0,
    not_found: 0,
    not_available: 0,
    archived: 0,
    purged: 0,
    documents: 0,
    unreachable_files: 0,
    unlisted_files: 0,
  };
  const show = () => options.progress.show(OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0));

  async function judge(taskId: string): Promise<Judged> {
    const unseen = { outcome: 'under_way', documents: 0, unreachableFiles: 0, unlistedFiles: 0 } as const;
    if (signal.aborted) return { ...unseen, shortfalls: [{ outcome: 'under_way' }] };
    const items = await options.records.readAll(taskId);
    const task = items.find(({ step_id }) => step_id === TASK_STEP_ID);
    return {
      ...judgeTask(items, options.isUnanswered),
      unreachableFiles: Number(task?.unreachable_files) || 0,
      unlistedFiles: Number(task?.unlisted_files) || 0,
    };
  }

  function count(taskId: string, verdict: Judged): void {
    counts[verdict.outcome] += 1;
    counts.documents += verdict.documents;
    counts.unreachable_files += verdict.unreachableFiles;
    counts.unlisted_files += verdict.unlistedFiles;
    options.onJudged(taskId, verdict);
  }

  /** Those that are still under way, where somebody waits for them. */
  async function look(taskIds: Iterable<string>): Promise<Map<string, Judged>> {
    const left = new Map<string, Judged>();
    await runBounded({
      source: taskIds,
      limit: TOGETHER,
      // What is not looked at any more is counted all the same.
      signal: new AbortController().signal,
      work: async (taskId) => {
        const verdict = await judge(taskId);
        if (isAwaited && verdict.outcome === 'under_way') left.set(taskId, verdict);
        else count(taskId, verdict);
        show();
      },
    });
    return left;
  }

  let left = await look(tasks);
  while (left.size > 0 && !signal.aborted) {
    await options.wait(LOOK_AGAIN_MS, signal).catch(() => undefined);
    if (!signal.aborted) left = await look(left.keys());
  }
  for (const [taskId, verdict] of left) count(taskId, verdict);
  return counts;
}
