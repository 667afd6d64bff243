import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { logLine } from '../lib/middleware/log-line.ts';
import { connectSweep } from '../lib/runtime.ts';
import { sweep, type SweepCounts, type SweepDependencies } from '../lib/sweep.ts';

/** Longer than anything that was begun can take. */
const LAST_MS = 60_000;

/**
 * Puts back on the queue what is unfinished and has nobody working on it, and answers with counts. Every 15 minutes.
 * @see docs/design.md "What `sweep` does"
 */
export const createSweepHandler = (dependencies: SweepDependencies & { closeConnections: () => void }) =>
  middy({ timeoutEarlyInMillis: 0 })
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
        signal: AbortSignal.timeout(context.getRemainingTimeInMillis()),
      }).finally(dependencies.closeConnections),
    );

export const handler = createSweepHandler(connectSweep());
