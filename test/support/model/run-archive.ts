import { setImmediate } from 'node:timers/promises';
import { writeManifestRequest } from '../../../lib/queue-message.ts';
import { TASK_STEP_ID } from '../../../lib/record.ts';
import type { Change, World } from './archive-world.ts';
import { deliverBatch } from './deliver-batch.ts';
import type { Item } from './table-model.ts';

const SWEEP_AFTER_MS = 7_200_001;
const MAX_WORKERS = 3;
const MAX_TURNS = 5_000;

const isUntoldTask = ({ step_id: stepId, event_pending: event }: Item) =>
  stepId === TASK_STEP_ID && event !== undefined;

/** Runs the archive function in this world until no message is left. */
export async function runArchive(world: World): Promise<void> {
  const { plan, scheduler, clock, table, source, queue, violations } = world;
  const active = new Set<Promise<void>>();
  const asked = plan.asksFor === 'step' ? 'step_0' : undefined;

  const ask = ({ stepId = asked, force = false }: { stepId?: string | undefined; force?: boolean }) =>
    queue.add(JSON.stringify({ task_id: 'task', step_id: stepId, force }));

  async function changeSource({ kind, turns }: Change): Promise<void> {
    for (let turn = 0; turn <= turns; turn += 1) await scheduler.schedule(Promise.resolve(), `before a new ${kind}`);
    (kind === 'content' ? source.changeContent : source.addStep)();
    ask({});
  }

  function startWorkers(): void {
    while (active.size < MAX_WORKERS) {
      const batch = queue.receiveBatch(plan.batchSize);
      if (batch.length === 0) return;
      const working = deliverBatch(world, batch)
        .catch((error: unknown) => void violations.push(`the handler failed with ${String(error)}`))
        .finally(() => active.delete(working));
      active.add(working);
    }
  }

  /**
   * Puts back what is archived and still in sight: a worker that outlived its message can leave a lease or an error
   * there; and asks for the manifest that could not be written. What is not archived is none of its business here: a
   * document that only sweep could find is a lost one.
   */
  function sweep(): void {
    const left = table.list().filter(({ status, unfinished }) => status === 'ARCHIVED' && unfinished);
    if (left.length > 0) clock.pass(SWEEP_AFTER_MS);
    for (const { step_id: stepId } of left) ask({ stepId: String(stepId) });
    const isPostponed = table.list().some((record) => record.manifest_pending || isUntoldTask(record));
    if (isPostponed) queue.add(writeManifestRequest('task'));
  }

  for (const force of plan.forces) ask({ force });
  for (const change of plan.changes) void changeSource(change);
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    startWorkers();
    // Everybody goes on to their next call.
    await setImmediate();
    const isQuiet = scheduler.count() === 0;
    if (isQuiet && active.size === 0 && queue.count() === 0) sweep();
    // Not `waitNext(1)`: what it waits for in addition has come to rest already, and it takes twice as long.
    if (!isQuiet) await scheduler.waitOne();
    else if (active.size > 0 || queue.count() > 0) clock.pass(Math.max(1, queue.nextVisibleAt() - clock.now()));
    else return;
  }
}
