import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { accountId, region } from './local-account.ts';

/** What Lambda hands to a function beside its event; the remaining time counts down from `timeoutMs`. */
export function createLambdaContext(functionName: string, timeoutMs: number): Context {
  const deadline = Date.now() + timeoutMs;
  return {
    awsRequestId: randomUUID(),
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:${accountId}:function:${functionName}`,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    memoryLimitInMB: '1024',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

/** A deployed function, called as Lambda calls it. */
export type LambdaHandler = (event: unknown, context: Context) => Promise<unknown>;
