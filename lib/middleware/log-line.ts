import type { MiddlewareObj } from '@middy/core';
import { classifyError, describeForLog, type KnownError, RefusedError, TransientError } from '../errors.ts';
import type { Log } from '../ports.ts';

type Fields = Readonly<Record<string, unknown>>;

type Options<Event, Result> = {
  log: Log;
  now: () => number;
  /** What the line is called. */
  message: string;
  /** What is worth a field, of the event as it is at the end and of the answer, if there is one. */
  describe: (event: Event, result: Result | null | undefined) => Fields;
};

/**
 * One wide line per request or message, whatever becomes of it; no secrets, no URLs. What comes back is a warning; what
 * is refused, or has the outcome `failed`, an error.
 */
export function logLine<Event, Result>({
  log,
  now,
  message,
  describe,
}: Options<Event, Result>): MiddlewareObj<Event, Result> {
  const begun = new WeakMap<object, number>();
  const readCommon = (request: { context: { awsRequestId: string } }) => ({
    ms: Math.round(now() - (begun.get(request) as number)),
    request_id: request.context.awsRequestId,
  });

  return {
    before: (request) => {
      begun.set(request, now());
    },
    after: (request) => {
      const fields = describe(request.event, request.response);
      log(fields.outcome === 'failed' ? 'error' : 'info', message, { ...fields, ...readCommon(request) });
    },
    onError: (request) => {
      const error = classifyError(request.error, 'validate');
      const fields = describe(request.event, request.response);
      const comesBack = error instanceof TransientError && fields.outcome !== 'failed';
      log(comesBack ? 'warn' : 'error', message, { ...fields, ...describeFailure(error), ...readCommon(request) });
    },
  };
}

function describeFailure(error: KnownError) {
  const described = describeForLog(error, error.stage);
  if (error instanceof TransientError) return { ...error.fields, ...described };
  return { ...described, issues: error instanceof RefusedError ? error.issues : [] };
}
