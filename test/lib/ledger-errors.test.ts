import { expect, it } from '@jest/globals';
import { createContended, createLeaseLost } from '../../lib/ledger-errors.ts';

it.each([
  [
    'a lost lease comes back in 30 s, whatever its receive count',
    createLeaseLost(),
    'lease_lost',
    { scheduled: true, delaySeconds: 30 },
  ],
  ['a record that others keep changing comes back after the back-off', createContended(), 'record_contended', {}],
])('%s', (_, error, code, retry) => {
  expect(error).toMatchObject({ name: 'TransientError', stage: 'record', code, retry });
});
