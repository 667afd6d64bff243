import type * as fc from 'fast-check';
import { createBusModel } from './bus-model.ts';
import { createClockModel } from './clock-model.ts';
import type { Fates } from './fate.ts';
import { createQueueModel } from './queue-model.ts';
import { createSourceModel, type SourceShape } from './source-model.ts';
import { createStoreModel } from './store-model.ts';
import { createTableModel } from './table-model.ts';
import type { Outside } from './worker-ports.ts';

/** As serverless.yml sets the queue up. */
export const MAX_RECEIVE_COUNT = 10;

export type Change = { kind: 'content' | 'step'; turns: number };

/** What happens in one run; the scheduler says in which order. */
export type Plan = {
  source: SourceShape;
  /** What is asked for: the one document `step_0`, or whatever the task has. */
  asksFor: 'step' | 'task';
  /** The messages at the beginning, by whether they force a copy. */
  forces: readonly boolean[];
  /** At the source, each with a message of its own. */
  changes: readonly Change[];
  batchSize: number;
  hasBus: boolean;
  /** Of the first invocations; all later ones just work. */
  fates: readonly Fates[];
};

/** Changes the outside before any worker meets it; the model itself knows better. */
export type Mutation = (outside: Outside) => Outside;

export type World = ReturnType<typeof createWorld>;

/** All that is outside of the archive function, with nothing in it yet. */
export function createWorld(plan: Plan, scheduler: fc.Scheduler, mutate: Mutation) {
  const clock = createClockModel();
  return {
    plan,
    scheduler,
    mutate,
    clock,
    table: createTableModel(clock.now),
    store: createStoreModel(),
    source: createSourceModel(plan.source),
    bus: createBusModel(),
    /** The versions that a record has ever named as archived. */
    recordedVersions: new Set<string>(),
    queue: createQueueModel({ now: clock.now, maxReceiveCount: MAX_RECEIVE_COUNT }),
    isForced: plan.forces.includes(true),
    /** What should never have happened, in words. */
    violations: [] as string[],
    wrongVersions: [] as string[],
    /** Of the versions that holders of the lease wrote, the latest content by key. */
    heldContents: new Map<string, number>(),
    invocations: 0,
  };
}
