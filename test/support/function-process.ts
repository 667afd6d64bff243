import { flushCompileCache } from 'node:module';
import { createLambdaContext, type LambdaHandler } from '../../local/lambda-context.ts';
import { handler as archive } from '../../handlers/archive.ts';
import { handler as webhook } from '../../handlers/webhook.ts';
import type { Invocation } from './function-host.ts';

/**
 * The program of a worker: the real handlers, called as their parent says. Its clock can be ahead, so that a lease is
 * over without anybody waiting for it.
 */
const functions = { archive, webhook: webhook as unknown as LambdaHandler };
const tellTime = Date.now;
let aheadMs = 0;
Date.now = () => tellTime() + aheadMs;

const reply = (message: object) => process.send?.(message);

process.on('message', ({ functionName, event, timeoutMs, clockAheadMs }: Invocation) => {
  aheadMs = clockAheadMs;
  functions[functionName](event, createLambdaContext(functionName, timeoutMs)).then(
    (answer) => reply({ answer }),
    (error: unknown) => reply({ error: String(error) }),
  );
});
// Whoever started it is gone.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
reply({ isReady: true });
// A process that is killed leaves the next one nothing to start faster with.
flushCompileCache();
