import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { dropCause } from '../lib/middleware/drop-cause.ts';
import { logLine } from '../lib/middleware/log-line.ts';
import { connectSweep } from '../lib/runtime.ts';
import { sweep, type SweepCounts, type SweepDependencies } from '../lib/sweep.ts';

/** Nothing is begun with less than a minute left, and the vendor is waited for no longer than until ten seconds before the end. */
const LAST_MS = 60_000;
const ABORT_MARGIN_MS = 10_000;

/**
 * Puts back on the queue what is unfinished and has nobody working on it, and answers with counts. Every 15 minutes.
 * @see docs/design.md "What `sweep` does"
 */
export const createSweepHandler = (dependencies: SweepDependencies) =>
  middy({ timeoutEarlyInMillis: 0 })
    .use(dropCause())
    .use(
      logLine<unknown, SweepCounts>({
        ...dependencies,
        message: 'sweep',
        describe: (_event, counts) => ({ ...counts }),
      }),
    )
    .handler(async (_event: unknown, context: Context) =>
      sweep(dependencies, {
        hasTime: () => context.getRemainingTimeInMillis() > LAST_MS,
        signal: AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - ABORT_MARGIN_MS)),
      }),
    );

export const handler = createSweepHandler(connectSweep());
