type Options<T> = {
  source: AsyncIterable<T> | Iterable<T>;
  /** How many are worked on at a time. */
  limit: number;
  /** Nothing more is begun once it is aborted; what then fails, fails for that. */
  signal: AbortSignal;
  work: (item: T) => Promise<void>;
};

/** Works on what comes, some at a time, and takes no more than that from the source. The first failure ends it. */
export async function runBounded<T>({ source, limit, signal, work }: Options<T>): Promise<void> {
  const inFlight = new Set<Promise<unknown>>();
  const failures: unknown[] = [];
  try {
    for await (const item of source) {
      if (signal.aborted || failures.length > 0) break;
      const working: Promise<unknown> = work(item)
        .catch((error: unknown) => failures.push(error))
        .finally(() => inFlight.delete(working));
      inFlight.add(working);
      if (inFlight.size >= limit) await Promise.race(inFlight);
    }
  } catch (error) {
    failures.push(error);
  }
  await Promise.all(inFlight);
  if (failures.length > 0 && !signal.aborted) throw failures[0];
}
