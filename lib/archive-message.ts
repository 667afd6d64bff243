import type { ArchiveRun } from './archive-run.ts';
import { archiveStep, type StepDependencies, type StepResult } from './archive-step.ts';
import { archiveTask, type TaskDependencies, type TaskResult } from './archive-task.ts';
import { closeTask } from './close-task.ts';
import type { KnownError } from './errors.ts';
import type { Message } from './queue-message.ts';
import type { TaskRecord } from './record.ts';
import type { Delivery } from './retry-schedule.ts';

export type ArchiveDependencies = StepDependencies & TaskDependencies;

export type ArchiveResult =
  | { kind: 'ignored'; event: string }
  | { kind: 'noted'; record: TaskRecord | undefined; unwritten?: KnownError | undefined }
  | ({ kind: 'task' } & TaskResult)
  | ({ kind: 'step' } & StepResult);

/**
 * Does what a message asks for.
 * @throws TransientError when the message has to come back
 * @see docs/design.md "What the queue carries"
 */
export async function archiveMessage(
  message: Message,
  dependencies: ArchiveDependencies,
  attempt: { run: ArchiveRun; delivery: Delivery },
): Promise<ArchiveResult> {
  const { taskLedger } = dependencies;
  if (message.kind === 'ignored') return message;
  if (message.kind === 'cancel') return { kind: 'noted', record: await taskLedger.cancelTask(message.taskId) };
  if (message.kind === 'open')
    return { kind: 'noted', record: await taskLedger.openTask(message.taskId, message.trigger) };
  if (message.kind === 'manifest') {
    const { closed, unwritten } = await closeTask(message.taskId, dependencies, attempt.run.signal);
    // Sweep has it on the last receive.
    if (unwritten && !attempt.delivery.isLast) throw unwritten;
    return { kind: 'noted', record: closed?.task, unwritten };
  }
  if (message.kind === 'task') return { kind: 'task', ...(await archiveTask(message, dependencies, attempt)) };
  if (message.opensTask) await taskLedger.openTask(message.taskId, message.trigger);
  return { kind: 'step', ...(await archiveStep(message, dependencies, attempt)) };
}
