/**
 * JSON as RFC 8785 (JCS) has it: no white space, the names of every object sorted by UTF-16 code units, so that the same
 * content always has the same bytes.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export const writeCanonically = (value: unknown): string => JSON.stringify(value, sort);

/** The same for people: a line for each name. */
export const writeReadably = (value: unknown): string => `${JSON.stringify(value, sort, 2)}\n`;

function sort(_: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
