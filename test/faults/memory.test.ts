import { expect, it } from '@jest/globals';
import { type MemoryCase, measureMemory } from '../support/measure-memory.ts';
import { reportFault } from '../support/report-fault.ts';

/** The peak in MiB. */
async function measure(name: MemoryCase): Promise<number> {
  const { documents, lost, wrongVersions, peakMib } = await measureMemory(name);
  reportFault({ fault: `memory for ${name}: ${Math.ceil(peakMib)} MiB`, tried: documents, lost, wrongVersions });
  expect({ lost, wrongVersions }).toEqual({ lost: 0, wrongVersions: 0 });
  return peakMib;
}

it.each(['1 MB', '100 MB', '1 GB', '5 GiB'] as const)('takes 200 MiB at most for a document of %s', async (name) => {
  expect(await measure(name)).toBeLessThanOrEqual(200);
});

/** The one in the middle of three: from run to run a peak differs by some MiB. */
async function measureThrice(name: MemoryCase): Promise<number> {
  const peaks = [await measure(name), await measure(name), await measure(name)];
  return peaks.toSorted((one, other) => one - other)[1] as number;
}

it('takes no more than 10 % above what 100 MB takes for a document of 5 GiB', async () => {
  expect((await measureThrice('5 GiB')) / (await measureThrice('100 MB'))).toBeLessThanOrEqual(1.1);
});

it('takes 256 MiB at most for a batch of ten documents of 20 MB', async () => {
  expect(await measure('10 x 20 MB')).toBeLessThanOrEqual(256);
});
