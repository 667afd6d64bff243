import { describeFailure, findMissingPermission } from './describe-failure.ts';

/** `unknown`: it could not be looked at, and the message says why. */
export type Verdict = { result: 'ok' | 'warn' | 'wrong' | 'unknown'; message: string; advice?: string };
export type Finding = Verdict & { check: string };

export const good = (message: string): Verdict => ({ result: 'ok', message });
export const warn = (message: string, advice: string): Verdict => ({ result: 'warn', message, advice });
export const wrong = (message: string, advice: string): Verdict => ({ result: 'wrong', message, advice });
export const unknown = (message: string, advice?: string): Verdict => ({
  result: 'unknown',
  message,
  ...(advice !== undefined && { advice }),
});

type Refusal = Error & { $metadata?: { httpStatusCode?: number } };

const NOT_OFFERED = ['NotImplemented', 'UnknownOperationException', 'UnsupportedOperation', 'InvalidAction'];
const BAD_KEYS = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed'];

function judgeError(error: unknown, action: string): Verdict {
  const { name, $metadata } = error as Refusal;
  const missing = findMissingPermission(error);
  if (missing !== undefined) return unknown(missing, `Allow ${action} to have it checked.`);
  // Some refusals have no other name than their status; keys that nobody knows have one.
  const isDenied = $metadata?.httpStatusCode === 403 && !BAD_KEYS.includes(name);
  if (isDenied || name.startsWith('AccessDenied'))
    return unknown(`The credentials lack the permission ${action}.`, `Allow ${action} to have it checked.`);
  if (NOT_OFFERED.includes(name)) return unknown(`The service that was asked does not offer ${action}.`);
  return wrong(describeFailure(error), 'Mend this first: what hangs on it was not looked at.');
}

/** Looks, and says what it found; `action` is the permission it takes. */
export async function judge(check: string, action: string, look: () => Promise<Verdict>): Promise<Finding> {
  return { check, ...(await look().catch((error: unknown) => judgeError(error, action))) };
}
