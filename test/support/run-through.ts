import middy, { type MiddlewareObj } from '@middy/core';
import { createLambdaContext } from '../../local/lambda-context.ts';

/** What is answered to an event when its work is done behind one middleware, as the handlers run them. */
export async function runThrough<Event, Result>(
  middleware: MiddlewareObj<Event, Result>,
  event: Event,
  work: (event: Event) => Promise<unknown> = async () => 'done',
): Promise<unknown> {
  const handler = middy({ timeoutEarlyInMillis: 0 })
    .use(middleware)
    .handler(async (validated) => work(validated));
  return handler(event, createLambdaContext('archive', 1_000));
}

/** Work that fails. */
export const failWith = (error: unknown) => async (): Promise<never> => {
  throw error;
};
