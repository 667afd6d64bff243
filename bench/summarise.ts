/** A median, and the quartiles around it. */
export type Spread = { median: number; low: number; high: number };

function pick(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const [below, above] = [Math.floor(position), Math.ceil(position)];
  const from = sorted[below] as number;
  return from + ((sorted[above] as number) - from) * (position - below);
}

export function summarise(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  return { median: pick(sorted, 0.5), low: pick(sorted, 0.25), high: pick(sorted, 0.75) };
}

/** Of two things measured in turn, round by round: what is common to a round, such as a busy machine, goes out. */
export const compare = (values: readonly number[], floor: readonly number[]): Spread =>
  summarise(values.map((value, round) => value / (floor[round] as number)));
