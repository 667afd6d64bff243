/**
 * The outcome of `work`, or `createError()` after `timeoutMs`, whatever hangs.
 * @param work gets a signal that is aborted when its time is up
 */
export async function withTimeLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  createError: () => Error,
): Promise<T> {
  const { promise: timeUp, reject } = Promise.withResolvers<never>();
  const controller = new AbortController();
  const timer = setTimeout(() => {
    reject(createError());
    controller.abort();
  }, timeoutMs);
  try {
    return await Promise.race([work(controller.signal), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
