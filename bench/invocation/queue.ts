import { createHash, randomUUID } from 'node:crypto';
import type { Answer } from './answer-server.ts';
import type { Call } from './call.ts';

/** SQS as far as `webhook` needs it: it takes one message after the other. */
export function answerQueue({ body }: Call): Answer {
  const { MessageBody = '' } = JSON.parse(body) as { MessageBody?: string };
  const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
  return {
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ MessageId: randomUUID(), MD5OfMessageBody }),
  };
}
