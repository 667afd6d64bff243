import { writeRequest } from '../lib/queue-message.ts';
import { isUnderWay } from '../lib/shard.ts';
import type { SendMessages } from './adapters/archive-messages.ts';
import type { StoredItem } from './adapters/stored-items.ts';
import { MAX_TASKS_AT_ONCE, type TaskRecords } from './adapters/task-records.ts';
import type { Context } from './context.ts';
import type { IsUnanswered } from './judge-task.ts';
import { createPace } from './pace.ts';
import type { ProgressLine } from './progress-line.ts';
import type { TaskIds } from './task-range.ts';

/**
 * The backfill holds back while there is more than this on the queue: what happens today must not wait behind years of
 * history, an outage must not fill the queue, and what is sent again after an interruption is not more than this either.
 */
const MAX_QUEUED = 2000;
const QUEUE_LOOK_MS = 1000;
const BATCH_SIZE = 10;

type Tools = {
  records: TaskRecords;
  send: SendMessages;
  countMessages: () => Promise<number>;
  progress: ProgressLine;
} & Pick<Context, 'now' | 'wait' | 'signal'>;

/** How many tasks were sent for, and how many needed no asking; `isUnanswered` of what was there before. */
export type Asked = { sent: number; known: number; isUnanswered: IsUnanswered };

/**
 * Asks for the tasks that nobody has asked for. The table is all that is remembered: whoever starts again after an
 * interruption asks for what has no record yet. Ends early, and without an error, with the signal.
 */
export async function askForTasks(
  tasks: TaskIds,
  tools: Tools,
  { perSecond, isForced }: { perSecond: number; isForced: boolean },
): Promise<Asked> {
  const { records, send, signal } = tools;
  const pace = createPace(tools, perSecond);
  const before = new Map<string, unknown>();
  const nameItem = ({ task_id, step_id }: StoredItem) => `${task_id} ${step_id}`;
  const asked = { sent: 0, known: 0 };
  const show = (note?: string) => tools.progress.show(asked.sent + asked.known, note);

  async function holdBack(): Promise<void> {
    for (;;) {
      if ((await tools.countMessages()) < MAX_QUEUED) return;
      show('waits for the queue');
      await tools.wait(QUEUE_LOOK_MS, signal);
    }
  }

  async function ask(taskIds: readonly string[]): Promise<void> {
    await pace(taskIds.length);
    await holdBack();
    await send(taskIds.map((taskId) => writeRequest({ taskId, trigger: {} })));
    asked.sent += taskIds.length;
    show();
  }

  async function noteRecords(taskId: string): Promise<void> {
    for (const item of await records.readAll(taskId)) before.set(nameItem(item), item.updated_at);
  }

  try {
    for (const chunk of cut(tasks, MAX_TASKS_AT_ONCE)) {
      signal.throwIfAborted();
      const found = await records.readTasks(chunk);
      const wanted = chunk.filter((taskId) => isWanted(found.get(taskId), isForced));
      for (const taskId of wanted) if (found.has(taskId)) await noteRecords(taskId);
      asked.known += chunk.length - wanted.length;
      show();
      // Slow ones go one at a time, for a burst of ten is not what was asked for.
      for (const batch of cut(wanted, Math.min(BATCH_SIZE, Math.max(1, Math.round(perSecond))))) await ask(batch);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return { ...asked, isUnanswered: (item) => before.get(nameItem(item)) === item.updated_at };
}

/** What was purged is asked for by nobody, forced or not. */
const isWanted = (task: StoredItem | undefined, isForced: boolean) =>
  task?.status !== 'PURGED' && (isForced || !isAsked(task));

/** Whether anybody has asked for its documents. One that was only heard of, or cancelled then, has not been asked for. */
function isAsked(task: StoredItem | undefined): boolean {
  if (!task) return false;
  if (task.status !== 'OPEN' && task.status !== 'CANCELED') return true;
  return isUnderWay(task as { unfinished?: string });
}

function* cut(ids: Iterable<string>, size: number): Generator<string[]> {
  let chunk: string[] = [];
  for (const id of ids) {
    chunk.push(id);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
