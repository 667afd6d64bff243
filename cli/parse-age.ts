import { UsageError } from './usage-error.ts';

const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Milliseconds of an age such as `30m`, `2h`, `3d` or `1w`.
 * @throws UsageError
 */
export function parseAge(text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (!unit) throw new UsageError(`"${text}" is no age: expected a whole number and m, h, d or w, such as 2h or 3d.`);
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}
