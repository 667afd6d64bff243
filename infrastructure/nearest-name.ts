/** How many letters to add, drop or exchange to make one word of the other (Levenshtein). */
function countEdits(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [above, letter] of one.split('').entries()) {
    const next = [above + 1];
    for (const [index, wanted] of other.split('').entries()) {
      const [replaced, dropped, added] = [row[index], row[index + 1], next[index]] as [number, number, number];
      next.push(Math.min(replaced + (letter === wanted ? 0 : 1), dropped + 1, added + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}

/** The name that was most likely meant. */
export function findNearestName(name: string, names: readonly string[]): string {
  const edits = (other: string) => countEdits(name.toLowerCase(), other.toLowerCase());
  return names.reduce((nearest, other) => (edits(other) < edits(nearest) ? other : nearest));
}
