const MAX_AGE_MS = 5 * 60_000;
const MIN_REREAD_MS = 60_000;

/** A secret that is read when it is first needed and can be rotated while we run. */
export type CachedSecret<T> = {
  /** The value, at most five minutes old; an older one where no new one is to be had. */
  read: () => Promise<T>;
  /** For when the value was refused: reads again, but at most once a minute since the last read. */
  reread: () => Promise<T>;
};

/** A secret that came with the configuration and stays as it is. */
export const keepSecret = <T>(value: T): CachedSecret<T> => ({ read: async () => value, reread: async () => value });

/** Keeps what `fetch` reads. Calls at the same time share one reading. */
export function cacheSecret<T>(fetch: () => Promise<T>, now: () => number): CachedSecret<T> {
  let kept: { value: T } | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<T> | undefined;

  function refresh(): Promise<T> {
    reading ??= fetch()
      .then((value) => {
        kept = { value };
        return value;
      })
      .finally(() => {
        readAt = now();
        reading = undefined;
      });
    return reading;
  }

  return {
    async read() {
      if (!kept) return refresh();
      if (now() - readAt < MAX_AGE_MS) return kept.value;
      const { value } = kept;
      return refresh().catch(() => value);
    },
    async reread() {
      if (!kept || now() - readAt >= MIN_REREAD_MS) return refresh();
      return kept.value;
    },
  };
}
