const TIME = /(\d+)m([\d.]+)s/g;

/**
 * Seconds of CPU, user and system, of all that a shell has started and waited for, and what that started in turn: the last
 * line of what its `times` prints.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#times
 */
export function readTimes(printed: string): number {
  const ofChildren = printed.trimEnd().split('\n').at(-1) as string;
  const seconds = [...ofChildren.matchAll(TIME)].map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest));
  if (seconds.length !== 2) throw new Error(`These are no times: ${ofChildren}`);
  return (seconds[0] as number) + (seconds[1] as number);
}
