import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import { TransientError } from '../../../lib/errors.ts';
import { dropCause } from '../../../lib/middleware/drop-cause.ts';
import { failWith, runThrough } from '../../support/run-through.ts';

const below = Object.assign(new Error('hush'), { CanonicalRequest: 'hush' });
const known = () => new TransientError({ stage: 'store', code: 'store_refused', message: 'S3 failed.', cause: below });
const thrownFor = (failure: unknown) =>
  runThrough(dropCause(), {}, failWith(failure)).catch((thrown: unknown) => thrown);

it('leaves the answer of what went well', async () => {
  expect(await runThrough(dropCause(), {})).toBe('done');
});

it('lets an error of ours out as it is', async () => {
  const error = known();

  expect(await thrownFor(error)).toBe(error);
});

it.each([
  ['one of ours was caused by', known],
  ['nobody foresaw', () => below],
  ['is no error', () => 'hush'],
])('shows nothing of what %s', async (_, create) => {
  expect(inspect(await thrownFor(create()), { showHidden: true })).not.toContain('hush');
});

it('says where an error arose that nobody foresaw', async () => {
  function breakDown(): Error {
    return new TypeError('hush');
  }

  expect(await thrownFor(breakDown())).toMatchObject({
    stack: expect.stringMatching(/^TransientError: Unexpected TypeError\.\n {4}at breakDown /),
  });
});
