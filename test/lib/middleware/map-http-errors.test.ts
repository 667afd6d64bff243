import { expect, it } from '@jest/globals';
import { PermanentError, RefusedError, TransientError } from '../../../lib/errors.ts';
import { answerJson, mapHttpErrors } from '../../../lib/middleware/map-http-errors.ts';
import { failWith, runThrough } from '../../support/run-through.ts';

const details = { stage: 'validate', code: 'too_large', message: 'It is so.' } as const;
const issues = [{ path: 'data.task_id', message: 'expected an id' }];
const event = {} as Parameters<NonNullable<ReturnType<typeof mapHttpErrors>['before']>>[0]['event'];
const answerTo = (error: unknown) => runThrough(mapHttpErrors(comeAgain.detail), event, failWith(error));
const comeAgain = { detail: 'It could not be done, please ask again.' };

it.each([
  [
    'what is refused with its own status',
    new RefusedError({ ...details, statusCode: 413 }),
    413,
    { detail: 'It is so.' },
  ],
  ['issues with 400 and each field', new RefusedError({ ...details, issues }), 400, { detail: 'It is so.', issues }],
  ['what will pass with 503', new TransientError(details), 503, comeAgain],
  ['what failed for good with 503', new PermanentError(details), 503, comeAgain],
  ['what nobody foresaw with 503, without its message', new TypeError('secret'), 503, comeAgain],
])('answers %s', async (_, error, statusCode, body) => {
  expect(await answerTo(error)).toEqual(answerJson(statusCode, body));
});

it('leaves an answer as it is', async () => {
  expect(await runThrough(mapHttpErrors(comeAgain.detail), event, async () => answerJson(202, {}))).toEqual(
    answerJson(202, {}),
  );
});

it('answers in JSON that says so', () => {
  expect(answerJson(202, { status: 'queued' })).toEqual({
    statusCode: 202,
    headers: { 'content-type': 'application/json' },
    body: '{"status":"queued"}',
  });
});
