import { classifyError, type KnownError } from './errors.ts';
import type { TaskLedger } from './ports.ts';
import { type EventDependencies, publishPending } from './publish-pending.ts';
import type { UpdatedTask } from './update-manifest.ts';

export type CloseDependencies = EventDependencies & {
  updateManifest: (taskId: string, signal: AbortSignal) => Promise<UpdatedTask | undefined>;
  taskLedger: Pick<TaskLedger, 'postponeManifest'>;
};

/** `closed` undefined: there is no manifest to be, or not yet. `unwritten`: why it, or its event, could not be. */
export type Closing = { closed?: UpdatedTask | undefined; unwritten?: KnownError };

/**
 * Writes the manifest of a task once each of its documents has reached an end, and tells the bus. What fails is left to
 * sweep, so that nobody has to come back for it.
 *
 * @see docs/manifest.md
 */
export async function closeTask(
  taskId: string,
  { updateManifest, taskLedger, ...dependencies }: CloseDependencies,
  signal: AbortSignal,
): Promise<Closing> {
  try {
    const closed = await updateManifest(taskId, signal);
    if (closed) await publishPending(closed.task, { ...dependencies, isDone: false });
    return { closed };
  } catch (error) {
    // It is archived all the same: nobody fails because nobody could be told.
    await taskLedger.postponeManifest(taskId).catch(() => undefined);
    return { unwritten: classifyError(error, 'store') };
  }
}
