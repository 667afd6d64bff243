import type { ArchiveEvent } from '../../../lib/archive-event.ts';
import type { PublishEvents } from '../../../lib/ports.ts';
import { TASK_STEP_ID } from '../../../lib/record.ts';

export type BusModel = {
  publishEvents: PublishEvents;
  /** The versions of which it was told, as `step/version`; of a manifest as `#task/version`. */
  told: Set<string>;
};

export const nameVersion = ({ step_id: stepId = TASK_STEP_ID, version_id }: Readonly<Record<string, unknown>>) =>
  `${String(stepId)}/${String(version_id)}`;

/** A bus that takes all it is given. */
export function createBusModel(): BusModel {
  const told = new Set<string>();
  const tell = ({ detail }: ArchiveEvent) => told.add(nameVersion(detail));
  return { told, publishEvents: async (events) => events.forEach(tell) };
}
