import type { TaskRecords } from './adapters/task-records.ts';
import type { Context } from './context.ts';
import { type IsUnanswered, judgeTask, OUTCOMES, type Outcome, type Verdict } from './judge-task.ts';
import type { ProgressLine } from './progress-line.ts';
import { runBounded } from './run-bounded.ts';
import type { TaskIds } from './task-range.ts';

const TOGETHER = 10;
const LOOK_AGAIN_MS = 10_000;

export type Counts = Record<Outcome, number> & { documents: number };

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
  };
  const show = () => options.progress.show(OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0));

  async function judge(taskId: string): Promise<Verdict> {
    if (signal.aborted) return { outcome: 'under_way', documents: 0, shortfalls: [{ outcome: 'under_way' }] };
    return judgeTask(await options.records.readAll(taskId), options.isUnanswered);
  }

  function count(taskId: string, verdict: Verdict): void {
    counts[verdict.outcome] += 1;
    counts.documents += verdict.documents;
    options.onJudged(taskId, verdict);
  }

  /** Those that are still under way, where somebody waits for them. */
  async function look(taskIds: Iterable<string>): Promise<Map<string, Verdict>> {
    const left = new Map<string, Verdict>();
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
