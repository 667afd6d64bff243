import * as z from 'zod';

/** What AWS always sends, taken leniently: one odd message must not cost the others of its batch their turn. */
const recordSchema = z
  .object({
    messageId: z.string().catch(''),
    receiptHandle: z.string().catch(''),
    body: z.string().catch(''),
    attributes: z.object({ ApproximateReceiveCount: z.coerce.number().catch(1) }).catch({ ApproximateReceiveCount: 1 }),
  })
  .catch({ messageId: '', receiptHandle: '', body: '', attributes: { ApproximateReceiveCount: 1 } });

const isFromSqs = (record: unknown) => (record as { eventSource?: unknown } | null)?.eventSource === 'aws:sqs';

const sqsEventSchema = z.object({
  Records: z.array(z.unknown()).refine((records) => records.length === 0 || records.some(isFromSqs)),
});

export type SqsMessage = { messageId: string; receiptHandle: string; body: string; receiveCount: number };

/**
 * The messages of a batch; undefined for an event that is none. A message without an id fails with the id '', which
 * brings back its whole batch.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function parseSqsEvent(event: unknown): SqsMessage[] | undefined {
  const batch = sqsEventSchema.safeParse(event).data;
  return batch?.Records.map((record) => {
    const { messageId, receiptHandle, body, attributes } = recordSchema.parse(record);
    return { messageId, receiptHandle, body, receiveCount: attributes.ApproximateReceiveCount };
  });
}
