import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

export type QueueAttributes = Partial<Record<string, string>>;

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html */
export async function readQueueAttributes(client: SQSClient, queueUrl: string): Promise<QueueAttributes> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] });
  return (await client.send(command)).Attributes ?? {};
}

const redriveSchema = z.object({
  deadLetterTargetArn: z.string().regex(/^arn:[^:]+:sqs:[^:]*:[^:]*:[^:]+$/),
  maxReceiveCount: z.coerce.number(),
});

/** What becomes of a queue's messages that fail for good; undefined when they just come back until they are too old. */
export function readRedrivePolicy({ RedrivePolicy }: QueueAttributes) {
  return RedrivePolicy === undefined ? undefined : redriveSchema.parse(JSON.parse(RedrivePolicy));
}

/** A dead-letter queue is of the same account and region, so its URL differs in its path only. */
export function findQueueUrl(arn: string, siblingUrl: string): string {
  const [account, name] = arn.split(':').slice(-2);
  return new URL(`/${account}/${name}`, siblingUrl).href;
}

export type QueueDepth = { waiting: number; in_flight: number; delayed: number };

/** How many messages there are, as SQS guesses it. */
export const readDepth = (attributes: QueueAttributes): QueueDepth => ({
  waiting: Number(attributes.ApproximateNumberOfMessages ?? 0),
  in_flight: Number(attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  delayed: Number(attributes.ApproximateNumberOfMessagesDelayed ?? 0),
});

/** Whatever is on a queue: to be received, worked on, or waiting for its next try. */
export function countMessages(attributes: QueueAttributes): number {
  const { waiting, in_flight, delayed } = readDepth(attributes);
  return waiting + in_flight + delayed;
}
