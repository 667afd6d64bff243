import { setEnvironment } from '../../local/environment.ts';
import { createLambdaContext } from '../../local/lambda-context.ts';
import { readPeakBytes } from './read-peak-bytes.ts';

/** What a worker is asked to do: the function's environment, and the sizes of the documents of one batch. */
export type WorkerJob = { environment: Record<string, string>; sizesBytes: number[] };

export type WorkerReport = { failures: number; startBytes: number; peakBytes: number };

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
