import { expect, it } from '@jest/globals';
import { closeTask } from '../../lib/close-task.ts';
import { TransientError } from '../../lib/errors.ts';

const down = new TransientError({ stage: 'store', code: 'store_unavailable', message: 'S3 failed.' });

it.each([
  ['sweep is told', async () => undefined],
  [
    'nobody can be told',
    async () => {
      throw new TransientError({ stage: 'record', code: 'table_unavailable', message: 'DynamoDB failed.' });
    },
  ],
])('says why a manifest could not be written, and fails nobody for it (%s)', async (_, postponeManifest) => {
  const updateManifest = async () => {
    throw down;
  };
  const dependencies = {
    updateManifest,
    taskLedger: { postponeManifest },
    publishEvents: async () => undefined,
    stepLedger: { clearEvents: async () => undefined },
  };

  expect(await closeTask('1', dependencies, new AbortController().signal)).toEqual({ unwritten: down });
});
