import * as z from 'zod';

const sqsEventSchema = z.object({
  Records: z.array(
    z.object({
      eventSource: z.literal('aws:sqs'),
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z.string(),
      attributes: z.object({ ApproximateReceiveCount: z.coerce.number() }),
    }),
  ),
});

export type SqsMessage = { messageId: string; receiptHandle: string; body: string; receiveCount: number };

/**
 * The messages of a batch; undefined for an event that is none.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function parseSqsEvent(event: unknown): SqsMessage[] | undefined {
  const batch = sqsEventSchema.safeParse(event).data;
  return batch?.Records.map(({ messageId, receiptHandle, body, attributes }) => ({
    messageId,
    receiptHandle,
    body,
    receiveCount: attributes.ApproximateReceiveCount,
  }));
}
