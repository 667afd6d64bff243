/**
 * JSON as RFC 8785 (JCS) has it: no white space, the names of every object sorted by UTF-16 code units, so that the same
 * content always has the same bytes.
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export const writeCanonically = (value: unknown): string => JSON.stringify(value, (_, inner: unknown) => sort(inner));

function sort(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
