import type { StepId, Table, TaskPages } from '../../../lib/ports.ts';
import { writeName, writeRecord } from '../../../lib/record.ts';
import { evaluateCondition } from './evaluate-condition.ts';

export type Item = Readonly<Record<string, unknown>>;

export type TableModel = { table: Table & TaskPages; peek: (key: StepId) => Item | undefined; list: () => Item[] };

/** The table of records as a map: each call takes effect at once and whole. */
export function createTableModel(now: () => number): TableModel {
  const items = new Map<string, Item>();
  const nameOf = ({ taskId, stepId }: StepId) => `${taskId}/${stepId}`;

  const table: Table & TaskPages = {
    read: async (key) => structuredClone(items.get(nameOf(key))),

    async *followRecords(taskId) {
      const names = [...items.keys()].filter((name) => name.startsWith(`${taskId}/`)).toSorted();
      for (const name of names) yield structuredClone(items.get(name) as Item);
    },

    async update(key, { set, setOnce = {}, add = {}, remove = [], condition, values = {} }) {
      const before = items.get(nameOf(key));
      const updatedAt = new Date(now()).toISOString();
      const changed = writeRecord({ ...set, updatedAt });
      const initial = writeRecord({ schema: 1, createdAt: updatedAt, ...setOnce });
      const added = writeRecord(add);
      if (!evaluateCondition(condition, before ?? {}, { ...changed, ...initial, ...added, ...values })) return;
      const removed = new Set(remove.map(writeName));
      const kept = Object.entries(before ?? {}).filter(([name]) => !removed.has(name));
      const counted = Object.entries(added).map(([name, by]) => [name, Number(before?.[name] ?? 0) + Number(by)]);
      const after = structuredClone({
        task_id: key.taskId,
        step_id: key.stepId,
        ...initial,
        ...Object.fromEntries(kept),
        ...changed,
        ...Object.fromEntries(counted),
      });
      items.set(nameOf(key), after);
      return structuredClone(after);
    },
  };

  return { table, peek: (key) => items.get(nameOf(key)), list: () => [...items.values()] };
}
