import { createLambdaContext } from '../../local/lambda-context.ts';
import { createBatch } from './events.ts';
import type { CreateArchive } from './contender.ts';

/** The handler that is deployed, as lib/runtime.ts connects it. */
export const createArchive: CreateArchive = async () => {
  const { handler } = await import('../../handlers/archive.ts');
  return async (batch) => {
    const answer = await handler(createBatch(batch), createLambdaContext('archive', 900_000));
    const { batchItemFailures } = answer as { batchItemFailures: unknown[] };
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages came back.`);
  };
};
