import type { Counts } from './count-outcomes.ts';
import type { Shortfall } from './judge-task.ts';
import { showCount } from './show-count.ts';
import { showText } from './show-text.ts';

const WORDS = {
  under_way: 'still under way',
  failed: 'failed',
  not_found: 'not found',
  not_available: 'not available',
} as const;

/** A line for whatever is not archived; what is under way and has not failed yet is only counted. */
export function describeShortfall(taskId: string, { stepId, outcome, code, message }: Shortfall): string | undefined {
  if (outcome === 'under_way' && code === undefined) return undefined;
  const why = code === undefined ? '' : showText(`: ${message} (${code})`);
  return `${taskId}${stepId === undefined ? '' : ` ${showText(stepId)}`}  ${WORDS[outcome]}${why}`;
}

export const writeShortfall = (taskId: string, { stepId, outcome, code, message }: Shortfall): string =>
  JSON.stringify({
    task_id: taskId,
    step_id: stepId,
    outcome,
    error: code === undefined ? undefined : { code, message },
  });

export type Closing = Counts & { asked: number; sent: number; known: number; skippedLines: number };

/** The count that adds up: asked = archived + not available + not found + failed + purged + still under way. */
export function describeClosing(closing: Closing, { isJson }: { isJson: boolean }): string[] {
  const { asked, sent, known, skippedLines, archived, not_available, not_found, failed, purged, under_way } = closing;
  const { documents, unreachable_files, unlisted_files } = closing;
  if (isJson) {
    const count = { asked, archived, not_available, not_found, failed, purged, under_way };
    return [
      JSON.stringify({
        ...count,
        sent,
        known,
        documents,
        unreachable_files,
        unlisted_files,
        skipped_lines: skippedLines,
      }),
    ];
  }
  const parts = [
    `${showCount(archived)} archived`,
    `${showCount(not_available)} not available`,
    `${showCount(not_found)} not found`,
    `${showCount(failed)} failed`,
    ...(purged > 0 ? [`${showCount(purged)} purged`] : []),
    ...(under_way > 0 ? [`${showCount(under_way)} still under way`] : []),
  ];
  return [
    `${asked === 1 ? '1 task' : `${showCount(asked)} tasks`} asked for = ${parts.join(' + ')}`,
    `Asked for now: ${showCount(sent)}; before: ${showCount(known)}. Archived documents: ${showCount(documents)}.`,
    ...(unreachable_files > 0
      ? [`Generated files that Chamelio's API can not give: ${showCount(unreachable_files)}.`]
      : []),
    ...(unlisted_files > 0 ? [`Files that Chamelio's list does not name, at most: ${showCount(unlisted_files)}.`] : []),
    ...(under_way > 0 ? ['The same command says later what became of the rest; --wait waits for it.'] : []),
    ...(skippedLines > 0 ? [`Lines that name no task, and were skipped: ${showCount(skippedLines)}.`] : []),
  ];
}
