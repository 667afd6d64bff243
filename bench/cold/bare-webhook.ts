import middy from '@middy/core';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
// As people write it, and as it brings every language that zod speaks.
// oxlint-disable-next-line unicorn/import-style
import { z } from 'zod';

const bodySchema = z.object({ task_id: z.string() });
const sqs = new SQSClient();
// oxlint-disable-next-line node/no-process-env -- As people write it.
const QueueUrl = process.env.ARCHIVE_QUEUE_URL;

/** What people write: an event, validated, on a queue. */
export const handler = middy(async ({ body }: APIGatewayProxyEventV2) => {
  const event = bodySchema.parse(JSON.parse(body ?? ''));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
  return { statusCode: 202 };
});
