import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createLambdaContext } from '../../local/lambda-context.ts';
import { signWebhook } from '../../local/sign-webhook.ts';
import type { CreateArchive } from './contender.ts';
import { createWebhook, WEBHOOK_SECRET } from './events.ts';

/** The handler before the queue: one call for each document. */
export const createArchive: CreateArchive = async () => {
  const { handler } = await import('../../handlers/webhook.ts');
  return async (batch) => {
    for (const { taskId } of batch) {
      const body = createWebhook(taskId);
      const headers = { 'x-chamelio-signature': signWebhook(body, WEBHOOK_SECRET) };
      const event = { headers, body, isBase64Encoded: false } as unknown as APIGatewayProxyEventV2;
      const answer = await handler(event, createLambdaContext('webhook', 10_000));
      if ((answer as { statusCode: number }).statusCode !== 202) throw new Error('A webhook was not taken.');
    }
  };
};
