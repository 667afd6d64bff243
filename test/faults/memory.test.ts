import { expect, it } from '@jest/globals';
import { type MemoryCase, type Measurement, measureMemory } from '../support/measure-memory.ts';
import { reportFault } from '../support/report-fault.ts';

const measured = new Map<MemoryCase, Measurement>();

async function measure(name: MemoryCase): Promise<Measurement> {
  const measurement = await measureMemory(name);
  measured.set(name, measurement);
  const { documents, lost, wrongVersions, peakMib } = measurement;
  reportFault({ fault: `memory for ${name}: ${Math.ceil(peakMib)} MiB`, tried: documents, lost, wrongVersions });
  expect({ lost, wrongVersions }).toEqual({ lost: 0, wrongVersions: 0 });
  return measurement;
}

it.each(['1 MB', '100 MB', '1 GB', '5 GiB'] as const)('takes 200 MiB at most for a document of %s', async (name) => {
  const { peakMib } = await measure(name);

  expect(peakMib).toBeLessThanOrEqual(200);
});

it('takes hardly more for 5 GiB than for 100 MB', () => {
  const [large, small] = [measured.get('5 GiB'), measured.get('100 MB')] as [Measurement, Measurement];

  expect(large.peakMib / small.peakMib).toBeLessThanOrEqual(1.1);
});

it('takes 256 MiB at most for a batch of ten documents of 20 MB', async () => {
  const { peakMib } = await measure('10 x 20 MB');

  expect(peakMib).toBeLessThanOrEqual(256);
});
