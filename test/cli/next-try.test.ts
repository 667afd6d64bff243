import { expect, it } from '@jest/globals';
import { predictNextTry } from '../../cli/next-try.ts';
import { readRecord } from '../../lib/record.ts';
import { NOON } from '../support/run-cli.ts';

const time = '2026-03-02T11:00:00.000Z';
const error = (code: string) => ({ stage: 'resolve', code, message: 'It is so.' });

const predict = (more: Record<string, unknown>) =>
  predictNextTry(
    readRecord({
      task_id: 'task_1',
      step_id: 'a',
      status: 'PENDING',
      unfinished: '0',
      created_at: time,
      updated_at: time,
      ...more,
    }),
    NOON,
  );

it.each([
  ['nothing where nothing is left to do', { status: 'ARCHIVED', unfinished: undefined }, undefined],
  [
    'how long whoever works on it may take',
    { status: 'COPYING', lease_expires_at: '2026-03-02T12:10:00.000Z' },
    { at: null, note: 'somebody works on it, until 2026-03-02T12:10:00.000Z at the latest' },
  ],
  [
    'when sweep finds what somebody began and never ended',
    { status: 'COPYING', lease_expires_at: '2026-03-02T11:15:00.000Z' },
    { at: '2026-03-02T13:00:00.000Z', note: 'at the latest: then its message is put back by sweep' },
  ],
  [
    'when the vendor is asked again after its first "not there"',
    { error: error('not_found'), not_ready_count: 1 },
    { at: '2026-03-02T11:00:30.000Z', note: 'the vendor had nothing yet, it is asked again' },
  ],
  [
    'when the vendor is asked again after its third',
    { error: error('not_found'), not_ready_count: 3 },
    { at: '2026-03-02T11:10:00.000Z', note: 'the vendor had nothing yet, it is asked again' },
  ],
  [
    'only the latest time where the back-off is known to the queue alone',
    { error: error('server_error') },
    { at: '2026-03-02T13:00:00.000Z', note: 'at the latest: then its message is put back by sweep' },
  ],
  [
    'when the vendor is asked about an open task',
    { step_id: '#task', status: 'OPEN', unfinished: 't0' },
    { at: '2026-03-03T11:00:00.000Z', note: 'sweep asks the vendor what became of it' },
  ],
  [
    'that sweep tries what failed for a reason that can pass',
    { status: 'FAILED', unfinished: 'f0', error: error('server_error') },
    { at: '2026-03-03T11:00:00.000Z', note: 'sweep tries it again once a day, for 14 days' },
  ],
  [
    'that nobody tries it after two weeks',
    { status: 'FAILED', unfinished: 'f0', error: error('server_error'), created_at: '2026-02-17T10:00:00.000Z' },
    { at: null, note: 'two weeks are over: `redrive` brings it back' },
  ],
  [
    'that nobody tries what failed for good',
    { status: 'FAILED', unfinished: 'f0', error: error('too_large') },
    { at: null, note: 'failed for good: mend the reason, then `redrive`' },
  ],
])('tells %s', (_, record, expected) => {
  expect(predict(record)).toEqual(expected);
});
