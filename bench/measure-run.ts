import { readPeakBytes } from '../test/support/read-peak-bytes.ts';

/** CPU of this process in all its threads, user and system. */
export type Run = { cpuSeconds: number; seconds: number; peakMib: number };

/** What this process spends on some work, and the most memory that it has had since it began. */
export async function measureRun(work: () => Promise<void>): Promise<Run> {
  const before = process.cpuUsage();
  const begunAt = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - begunAt) / 1000;
  return { cpuSeconds: (user + system) / 1e6, seconds, peakMib: readPeakBytes() / 1024 ** 2 };
}
