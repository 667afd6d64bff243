/** Whoever typed the command can mend it: the message says how. */
export class UsageError extends Error {
  override name = 'UsageError';
}
