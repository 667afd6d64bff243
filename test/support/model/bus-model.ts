import type { ArchiveEvent } from '../../../lib/archive-event.ts';
import type { PublishEvents } from '../../../lib/ports.ts';

export type BusModel = {
  publishEvents: PublishEvents;
  /** The versions of which it was told, as `step/version`. */
  told: Set<string>;
};

export const nameVersion = (described: Readonly<Record<string, unknown>>) =>
  `${String(described.step_id)}/${String(described.version_id)}`;

/** A bus that takes all it is given. */
export function createBusModel(): BusModel {
  const told = new Set<string>();
  const tell = ({ detail }: ArchiveEvent) => told.add(nameVersion(detail));
  return { told, publishEvents: async (events) => events.forEach(tell) };
}
