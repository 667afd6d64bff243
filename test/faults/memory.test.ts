import { expect, it } from '@jest/globals';
import { type MemoryCase, measureMemory } from '../support/measure-memory.ts';
import { reportFault } from '../support/report-fault.ts';

const peaks = new Map<MemoryCase, Promise<number>>();

/** The peak in MiB, measured once: it stays within a few MiB from run to run. */
function measure(name: MemoryCase): Promise<number> {
  const peak = peaks.get(name) ?? measureNow(name);
  peaks.set(name, peak);
  return peak;
}

async function measureNow(name: MemoryCase): Promise<number> {
  const { documents, lost, wrongVersions, peakMib } = await measureMemory(name);
  reportFault({ fault: `memory for ${name}: ${Math.ceil(peakMib)} MiB`, tried: documents, lost, wrongVersions });
  expect({ lost, wrongVersions }).toEqual({ lost: 0, wrongVersions: 0 });
  return peakMib;
}

it.each(['1 MB', '100 MB', '1 GB', '5 GiB'] as const)('takes 200 MiB at most for a document of %s', async (name) => {
  expect(await measure(name)).toBeLessThanOrEqual(200);
});

it('takes no more than 10 % above what 100 MB takes for a document of 5 GiB', async () => {
  expect((await measure('5 GiB')) / (await measure('100 MB'))).toBeLessThanOrEqual(1.1);
});

it('takes 256 MiB at most for a batch of ten documents of 20 MB', async () => {
  expect(await measure('10 x 20 MB')).toBeLessThanOrEqual(256);
});
