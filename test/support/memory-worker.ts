import { readFileSync } from 'node:fs';
import { setEnvironment } from '../../local/environment.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';

/** What a worker is asked to do: the function's environment, and the sizes of the documents of one batch. */
export type WorkerJob = { environment: Record<string, string>; sizesBytes: number[] };

export type WorkerReport = { failures: number; startBytes: number; peakBytes: number };

/**
 * The peak of this program. The system's own count for processes (`maxRSS`) begins with that of whoever started this
 * one, so it is taken only where there is no other.
 */
function readPeakBytes(): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

const { environment, sizesBytes } = JSON.parse(process.argv[2] as string) as WorkerJob;
setEnvironment(environment);
const { handler } = await import('../../handlers/archive.ts');
const startBytes = readPeakBytes();
const Records = sizesBytes.map((sizeBytes, index) => ({
  eventSource: 'aws:sqs',
  messageId: `message_${index}`,
  receiptHandle: `receipt_${index}`,
  body: JSON.stringify({ task_id: `task_${index}`, step_id: `size_${sizeBytes}` }),
  attributes: { ApproximateReceiveCount: '1' },
}));
const answer = await handler({ Records }, createLambdaContext('archive', 900_000));
const { batchItemFailures } = answer as { batchItemFailures: unknown[] };
const report: WorkerReport = { failures: batchItemFailures.length, startBytes, peakBytes: readPeakBytes() };
process.send?.(report, () => process.exit());
