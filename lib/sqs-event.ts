import * as z from 'zod/mini';
import { fallBack } from './fall-back.ts';

/** What AWS always sends, taken leniently: one odd message must not cost the others of its batch their turn. */
const textSchema = fallBack(z.string(), '');
const FIRST = { ApproximateReceiveCount: 1 };
const recordSchema = fallBack(
  z.object({
    messageId: textSchema,
    receiptHandle: textSchema,
    body: textSchema,
    attributes: fallBack(z.object({ ApproximateReceiveCount: fallBack(z.coerce.number(), 1) }), FIRST),
  }),
  { messageId: '', receiptHandle: '', body: '', attributes: FIRST },
);

const isFromSqs = (record: unknown) => (record as { eventSource?: unknown } | null)?.eventSource === 'aws:sqs';

const sqsEventSchema = z.object({
  Records: z.array(z.unknown()).check(z.refine((records) => records.length === 0 || records.some(isFromSqs))),
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
