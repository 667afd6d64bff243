import { AwsError } from './aws-call.ts';
import { type Stage, TransientError } from './errors.ts';

type Options = {
  /** As people know it, such as `SQS`. */
  service: string;
  stage: Stage;
  code: string;
  cause: unknown;
};

/** A service of AWS that failed: its own message may hold names and addresses, its error's name says enough. */
export const createUnavailable = ({ service, stage, code, cause }: Options): TransientError =>
  new TransientError({
    stage,
    code,
    message: `${service} failed (${(cause as Error).name}).`,
    cause,
    retry: { throttled: cause instanceof AwsError && cause.isThrottled },
  });
