import { expect, it, jest } from '@jest/globals';
import {
  checkDirectEvents,
  checkOddRecords,
  checkQueueBodies,
  checkWebhookInputs,
} from '../support/input-properties.ts';
import { reportFault } from '../support/report-fault.ts';

async function run(fault: string, numRuns: number, check: typeof checkWebhookInputs): Promise<void> {
  const { tried, lost } = await check({ seed: jest.getSeed(), numRuns });
  reportFault({ fault, tried, lost, wrongVersions: 0 });

  expect({ tried, lost }).toEqual({ tried: numRuns, lost: 0 });
}

it('answers any webhook request as the contract says, and takes nothing that is not signed', async () => {
  await run('any webhook request', 40_000, checkWebhookInputs);
});

it('does the good messages of any batch and sends the malformed ones back at once', async () => {
  await run('any batch of messages', 40_000, checkQueueBodies);
});

it('does the good messages of a batch with an odd record in it', async () => {
  await run('any record in a batch', 10_000, checkOddRecords);
});

it('answers any direct event, or refuses it in words', async () => {
  await run('any direct event', 10_000, checkDirectEvents);
});
