import { UsageError } from './usage-error.ts';

/** Ids in their order; it can be gone through again. */
export type TaskIds = Iterable<string> & { readonly size: number };

/**
 * The ids of `A..B`, both included.
 * @throws UsageError
 */
export function parseTaskRange(text: string): TaskIds {
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text) ?? [];
  // Such ids are others than their numbers.
  if ([from, to].some((word) => word && /^0./.test(word))) {
    throw new UsageError(`The range ${text} would lose its leading zeros: name such tasks in a list, with --tasks.`);
  }
  const first = Number(from ?? Number.NaN);
  const last = Number(to ?? Number.NaN);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) {
    throw new UsageError(`"${text}" is no range: expected two whole numbers such as 1000..2000.`);
  }
  if (first > last) throw new UsageError(`The range ${text} is empty: it begins behind its end.`);
  return {
    size: last - first + 1,
    *[Symbol.iterator]() {
      for (let id = first; id <= last; id += 1) yield String(id);
    },
  };
}
