import { expect, it } from '@jest/globals';
import middy from '@middy/core';
import { PermanentError, RefusedError, TransientError } from '../../../lib/errors.ts';
import { logLine } from '../../../lib/middleware/log-line.ts';
import { createLambdaContext } from '../../../local/lambda-context.ts';

/** What is logged when the work ends like this, in 7 ms. */
async function logOf(work: () => Promise<unknown>, outcome = 'done') {
  const lines: unknown[] = [];
  let clock = 0;
  const handler = middy({ timeoutEarlyInMillis: 0 })
    .use(
      logLine<unknown, unknown>({
        log: (level, message, fields) => void lines.push({ level, message, ...fields, request_id: undefined }),
        now: () => clock,
        message: 'work',
        describe: () => ({ outcome }),
      }),
    )
    .handler(async () => {
      clock += 7;
      return work();
    });
  await handler({}, createLambdaContext('archive', 1_000)).catch(() => undefined);
  return lines;
}

const details = { stage: 'resolve', code: 'too_large', message: 'b' } as const;
const failed = (error: Error) => async () => {
  throw error;
};

it.each([
  ['done', 'info'],
  ['failed', 'error'],
])('writes one line of work that is %s, as %s', async (outcome, level) => {
  expect(await logOf(async () => 'answer', outcome)).toEqual([{ level, message: 'work', outcome, ms: 7 }]);
});

it.each([
  ['comes back', new TransientError(details), 'returned', 'warn', {}],
  ['comes back no more', new TransientError(details), 'failed', 'error', {}],
  ['failed for good', new PermanentError(details), 'returned', 'error', { issues: [] }],
  [
    'is refused',
    new RefusedError({ ...details, issues: [{ path: 'x', message: 'y' }] }),
    'returned',
    'error',
    { issues: [{ path: 'x', message: 'y' }] },
  ],
])('says why work %s', async (_, error, outcome, level, rest) => {
  expect(await logOf(failed(error), outcome)).toEqual([
    { level, message: 'work', outcome, stage: 'resolve', code: 'too_large', reason: 'b', ms: 7, ...rest },
  ]);
});

it('does not repeat the message of an error that nobody knows', async () => {
  const lines = await logOf(failed(new Error('https://a.example?X-Amz-Signature=secret')));

  expect(JSON.stringify(lines)).not.toContain('secret');
});
