import { describeForLog } from './errors.ts';
import type { Table, TableQueries, TaskQueries } from './ports.ts';
import { sweepFailed } from './sweep-failed.ts';
import type { EventDependencies } from './publish-pending.ts';
import { createSweepEvents, type EventCounts } from './sweep-events.ts';
import { createSweepLedger } from './sweep-ledger.ts';
import { type OpenCounts, type OpenTools, sweepOpen } from './sweep-open.ts';
import { sweepUnfinished, type UnfinishedCounts } from './sweep-unfinished.ts';

export type SweepDependencies = Omit<OpenTools, 'table' | 'hasTime' | 'signal'> &
  EventDependencies & { table: Table & TableQueries & TaskQueries; keepsEvents: boolean };

export type SweepCounts = {
  unfinished: UnfinishedCounts;
  open: OpenCounts;
  failed: { put_back: number };
  events: EventCounts;
};

type Run = { hasTime: () => boolean; signal: AbortSignal };

/**
 * Puts back on the queue what is unfinished and has nobody working on it. Each kind goes its own way: one that fails
 * keeps no other from being swept, and its error is thrown when all have ended.
 *
 * Codes: those of the table and the queue.
 * @see docs/design.md "What `sweep` does"
 */
export async function sweep(dependencies: SweepDependencies, run: Run): Promise<SweepCounts> {
  const { table, log, now } = dependencies;
  const events = createSweepEvents(dependencies);
  const tools = { ...dependencies, ...run, events };
  const ledger = createSweepLedger(table, now, dependencies);
  const watch = <Counts>(kind: string, sweeping: Promise<Counts>) =>
    sweeping.catch((error: unknown) => {
      log('error', 'sweep failed', { kind, ...describeForLog(error, 'record') });
      throw error;
    });
  const kinds = [
    watch('unfinished', sweepUnfinished(tools, ledger)),
    watch('open', sweepOpen(tools, ledger)),
    watch('failed', sweepFailed(tools, ledger)),
  ] as const;
  await Promise.allSettled(kinds);
  const [unfinished, open, failed] = await Promise.all(kinds);
  return { unfinished, open, failed, events: events.counts };
}
