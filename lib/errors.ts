import { cutToBytes } from './text.ts';

/** Where in the job an error arose; goes into logs and records. */
export type Stage =
  | 'validate'
  | 'authenticate'
  | 'discover'
  | 'resolve'
  | 'download'
  | 'store'
  | 'record'
  | 'publish'
  | 'queue';

export type Issue = { path: string; message: string };

type Details = { stage: Stage; code: string; message: string; cause?: unknown };

class ArchiveError extends Error {
  readonly stage: Stage;
  readonly code: string;

  constructor({ stage, code, message, cause }: Details) {
    super(message, { cause });
    this.name = new.target.name;
    this.stage = stage;
    this.code = code;
  }
}

type RefusalStatus = 400 | 401 | 404 | 413;

/** The caller is at fault and is told so: an HTTP answer, or the dead-letter queue for a message. */
export class RefusedError extends ArchiveError {
  readonly statusCode: RefusalStatus;
  readonly issues: readonly Issue[];

  constructor({
    statusCode = 400,
    issues = [],
    ...details
  }: Details & { statusCode?: RefusalStatus; issues?: readonly Issue[] }) {
    super(details);
    this.statusCode = statusCode;
    this.issues = issues;
  }
}

/** What asking again would not change. A record that is `FAILED` with any other code failed for a reason that can pass. */
export const PERMANENT_CODES = [
  'headers_too_large',
  'id_refused',
  'invalid_answer',
  'too_large',
  'too_many_redirects',
  'url_forbidden',
  'url_invalid',
  'user_email_missing',
] as const;

type PermanentDetails = Details & { code: (typeof PERMANENT_CODES)[number] };

/** Asking again would change nothing: recorded as `FAILED` and acknowledged. */
export class PermanentError extends ArchiveError {
  // oxlint-disable-next-line no-useless-constructor -- It narrows the codes.
  constructor(details: PermanentDetails) {
    super(details);
  }
}

export type Retry = {
  /** Not before this many seconds; the back-off decides where absent. */
  delaySeconds?: number;
  /** Comes back after exactly `delaySeconds` however often it was received: on its last receive it is sent anew. */
  scheduled?: boolean;
  /** The vendor asked for quiet: the rest of the batch goes back unasked. */
  brake?: boolean;
  /** AWS asked for patience: comes back with the usual back-off, but never dies of it. */
  throttled?: boolean;
  /** The vendor has no document (yet); this is how the record ends when the schedule is over. */
  notReady?: 'NOT_FOUND' | 'NOT_AVAILABLE';
  /** The bytes read so far are worthless: the copy begins again from its first byte. */
  startOver?: boolean;
};

/** Will heal by itself: tried again later. Whatever is not known is of this kind. */
export class TransientError extends ArchiveError {
  readonly retry: Retry;
  /** What else the log says of the try that failed, such as which one it was. */
  fields: Readonly<Record<string, unknown>> = {};

  constructor({ retry = {}, ...details }: Details & { retry?: Retry }) {
    super(details);
    this.retry = retry;
  }
}

export type KnownError = RefusedError | PermanentError | TransientError;

const isKnown = (error: unknown): error is KnownError =>
  error instanceof RefusedError || error instanceof PermanentError || error instanceof TransientError;

/** Gives every error its kind: what no edge has named is transient. The foreign message is left out, for it could hold a URL or a secret. */
export function classifyError(error: unknown, stage: Stage): KnownError {
  if (isKnown(error)) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new TransientError({ stage, code: 'unexpected', message: `Unexpected ${name}.`, cause: error });
}

/** What was cut off by the deadline of the invocation. */
export const createDeadlineError = (stage: Stage, cause?: unknown): TransientError =>
  new TransientError({ stage, code: 'deadline', message: 'The time of the invocation was up.', cause });

/** What a record and a log line keep of an error. */
export const describeError = ({ stage, code, message }: KnownError) => ({
  stage,
  code,
  message: cutToBytes(message, 1024),
});

/** The same for a log line, whose own `message` says what it is about. */
export function describeForLog(error: unknown, stage: Stage) {
  const { message: reason, ...known } = describeError(classifyError(error, stage));
  return { ...known, reason };
}
