import { describeForLog } from './errors.ts';
import type { Log, Queue, TableQueries, TaskQueries } from './ports.ts';
import { readRecord, type StepRecord, type TaskRecord } from './record.ts';
import { SHARDS } from './shard.ts';

export type SweepTools = {
  table: TableQueries & TaskQueries;
  queue: Pick<Queue, 'sendAll'>;
  log: Log;
  now: () => number;
  /** From [0, 1): which partition comes first, so that none waits behind another for ever. */
  random: () => number;
  /** False when the run should begin nothing more. */
  hasTime: () => boolean;
};

export type Kind = {
  /** Of the index's partitions: documents and discoveries, open tasks, `FAILED`. */
  prefix: '' | 't' | 'f';
  changed: { since?: Date; until: Date };
  /** How many messages, or records where there is no message for one, a run is good for. */
  limit: number;
  /** How many records are looked at at the same time. */
  together: number;
  /** Takes a record and says what to put on the queue for it; undefined when there was nothing to do. */
  handle: (record: StepRecord | TaskRecord) => Promise<string[] | undefined>;
};

/** Looks at all partitions of one kind, the longest unchanged records first, until its limit is reached or the time is up. */
export async function sweepPartitions(tools: SweepTools, kind: Kind): Promise<void> {
  const { table, queue, random, hasTime } = tools;
  const first = Math.floor(random() * SHARDS.length);
  let left = kind.limit;
  for (const shard of [...SHARDS.slice(first), ...SHARDS.slice(0, first)]) {
    for await (const items of groupBy(table.listUnfinished(kind.prefix + shard, kind.changed), kind.together)) {
      if (left <= 0 || !hasTime()) return;
      const records = items.flatMap((item) => tryToRead(item, tools.log));
      const settled = await Promise.allSettled(records.map(kind.handle));
      const handled = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const messages = handled.flatMap((bodies) => bodies ?? []);
      if (messages.length > 0) await queue.sendAll(messages);
      // Only now: what was taken beside it has to be sent.
      for (const one of settled) if (one.status === 'rejected') throw one.reason;
      for (const bodies of handled) left -= bodies ? Math.max(1, bodies.length) : 0;
    }
  }
}

/** One that was spoilt by hand must not hide those behind it. */
function tryToRead(item: Record<string, unknown>, log: Log): (StepRecord | TaskRecord)[] {
  try {
    return [readRecord(item)];
  } catch (error) {
    const { task_id, step_id } = item;
    log('error', 'record unreadable', { task_id, step_id, ...describeForLog(error, 'record') });
    return [];
  }
}

async function* groupBy<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
