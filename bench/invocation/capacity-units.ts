/** An attribute as DynamoDB writes it in JSON. */
export type Attribute = { S?: string; N?: string; BOOL?: boolean; NULL?: boolean; L?: Attribute[]; M?: Item };
export type Item = Record<string, Attribute>;

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function measureAttribute({ S, N, L, M }: Attribute): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return Math.ceil(N.replace(/\D/g, '').length / 2) + 1;
  if (L) return 3 + L.reduce((sum, entry) => sum + measureAttribute(entry) + 1, 0);
  if (M) return 3 + measureItem(M) + Object.keys(M).length;
  return 1;
}

/** Bytes of names and values. */
export const measureItem = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + measureAttribute(value), 0);

const countKib = (item: Item | undefined) => Math.max(1, Math.ceil(measureItem(item ?? {}) / 1024));

/** Read units of a consistent read of what was found: the sizes are added up first. */
export const countReadUnits = (...items: readonly Item[]): number =>
  Math.max(1, Math.ceil(items.reduce((sum, item) => sum + measureItem(item), 0) / 4096));

/**
 * Write units of a change, in the table and in its index `unfinished`: whatever goes there or leaves is a write, and what
 * stays is two, because `updated_at` is part of its key.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
 */
export function countWriteUnits(before: Item | undefined, after: Item): number {
  const inTable = Math.max(countKib(before), countKib(after));
  const left = before?.unfinished ? countKib(before) : 0;
  const came = after.unfinished ? countKib(after) : 0;
  return inTable + left + came;
}

/** Those of a change that was refused. */
export const countRefusedUnits = (item: Item | undefined): number => countKib(item);
