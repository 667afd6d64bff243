import middy from '@middy/core';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
// As people write it, and as it brings every language that zod speaks.
// oxlint-disable-next-line unicorn/import-style
import { z } from 'zod';

const eventSchema = z.object({ task_id: z.string() });
const s3 = new S3Client();
const dynamo = new DynamoDBClient();
const sqs = new SQSClient();

/** What people write: an object, a record of it, a message about it. */
export const handler = middy(async (event: unknown) => {
  const { task_id: taskId } = eventSchema.parse(event);
  await s3.send(new PutObjectCommand({ Bucket: 'archive', Key: taskId, Body: taskId }));
  await dynamo.send(new PutItemCommand({ TableName: 'archive', Item: { task_id: { S: taskId } } }));
  await sqs.send(new SendMessageCommand({ QueueUrl: 'queue', MessageBody: taskId }));
});
