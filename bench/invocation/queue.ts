import { createHash, randomUUID } from 'node:crypto';
import type { Answer } from './answer-server.ts';
import type { Call } from './call.ts';

type Message = { Id?: string; MessageBody: string };

const take = ({ Id, MessageBody }: Message) => ({
  Id,
  MessageId: randomUUID(),
  MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
});

/** SQS as far as it is sent to: it takes whatever comes. */
export function answerQueue({ body }: Call): Answer {
  const request = JSON.parse(body) as Message | { Entries: Message[] };
  const answer = 'Entries' in request ? { Successful: request.Entries.map(take), Failed: [] } : take(request);
  return { headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(answer) };
}
