import { inspect } from 'node:util';
import { createLambdaContext, type LambdaHandler } from '../../../local/lambda-context.ts';
import type { Invocation } from './observed-functions.ts';

/**
 * The program that runs the real handlers, as they come from lib/runtime.ts, and tells their parent everything that
 * leaves them. Its clock goes as the parent says.
 */
const tellTime = Date.now;
let aheadMs = 0;
Date.now = () => tellTime() + aheadMs;

const load = async (name: string) => (await import(`../../../handlers/${name}.ts`)) as { handler: LambdaHandler };

/**
 * An error as Lambda writes it into the log, and as `console.error` would.
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/Errors.js
 */
function writeError(error: unknown): string {
  const showFields = (_: string, value: unknown): unknown =>
    value instanceof Error
      ? Object.assign({ errorType: value.name, errorMessage: value.message }, value, { stack: value.stack })
      : value;
  return `${JSON.stringify(error, showFields)}\n${inspect(error, { depth: 10 })}`;
}

process.on('message', ({ functionName, event, clockAheadMs }: Invocation) => {
  aheadMs = clockAheadMs;
  const invoke = async () => (await load(functionName)).handler(event, createLambdaContext(functionName, 900_000));
  invoke().then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ thrown: writeError(error) }),
  );
});
// Whoever started it is gone.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
