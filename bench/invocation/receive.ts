import { createLambdaContext } from '../../local/lambda-context.ts';
import type { ArchiveBatch } from './contender.ts';
import { createBatch } from './events.ts';

/** The handler that is deployed, as lib/runtime.ts connects it; a message that comes back is a failure. */
export async function createReceive(): Promise<ArchiveBatch> {
  const { handler } = await import('../../handlers/archive.ts');
  return async (batch) => {
    const answer = await handler(createBatch(batch), createLambdaContext('archive', 900_000));
    const { batchItemFailures } = answer as { batchItemFailures: unknown[] };
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages came back.`);
  };
}
