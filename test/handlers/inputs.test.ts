import { expect, it, jest } from '@jest/globals';
import {
  checkDirectEvents,
  checkOddRecords,
  checkQueueBodies,
  checkWebhookInputs,
} from '../support/input-properties.ts';

// Many more of each in test/faults/inputs.test.ts.
const createRuns = () => ({ seed: jest.getSeed(), numRuns: 200 });

it('answers any webhook request as the contract says, and takes nothing that is not signed', async () => {
  await expect(checkWebhookInputs(createRuns())).resolves.toEqual({ tried: 200, lost: 0 });
});

it('does the good messages of any batch and sends the malformed ones back at once', async () => {
  await expect(checkQueueBodies(createRuns())).resolves.toEqual({ tried: 200, lost: 0 });
});

it('does the good messages of a batch with an odd record in it', async () => {
  await expect(checkOddRecords(createRuns())).resolves.toEqual({ tried: 200, lost: 0 });
});

it('answers any direct event, or refuses it in words', async () => {
  await expect(checkDirectEvents(createRuns())).resolves.toEqual({ tried: 200, lost: 0 });
});
