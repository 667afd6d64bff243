const UNITS = [
  ['d', 24 * 3600_000],
  ['h', 3600_000],
  ['min', 60_000],
] as const;

/** How long ago it was, in the largest unit that fits. */
export function showAge(time: string, now: number): string {
  const ms = now - Date.parse(time);
  const unit = UNITS.find(([, unitMs]) => ms >= unitMs);
  return unit ? `${Math.floor(ms / unit[1])} ${unit[0]}` : `${Math.max(0, Math.floor(ms / 1000))} s`;
}
