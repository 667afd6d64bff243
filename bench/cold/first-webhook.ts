import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { signWebhook } from '../../local/sign-webhook.ts';

const SECRET = 'what the vendor signs with';
const body = JSON.stringify({
  event: 'flows.tasks.completed',
  event_id: 'event-1',
  task_id: '12345',
  data: { task_id: '12345' },
});

/** A webhook that ours and a bare handler take alike. */
export const firstWebhook = JSON.stringify({
  version: '2.0',
  headers: { 'x-chamelio-signature': signWebhook(body, SECRET) },
  body,
  isBase64Encoded: false,
});

/** Parameter Store and the queue, as far as one webhook asks for them. */
export const startAws = () =>
  listenOnLoopback(
    createServer(async (request, response) => {
      const { MessageBody: message } = (await json(request)) as { MessageBody?: string };
      const taken = message && { MessageId: '1', MD5OfMessageBody: createHash('md5').update(message).digest('hex') };
      response.end(JSON.stringify(taken ?? { Parameter: { Value: SECRET } }));
    }),
  );
