import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { type Listening, listenOnLoopback } from '../../../local/listen-on-loopback.ts';

type Body = { Name?: string; Entries?: readonly unknown[] };

/** Stands in for Parameter Store, with this value in every parameter, and for EventBridge, which takes every event. */
export function startAccountServices(secret: string): Promise<Listening> {
  async function answer(request: IncomingMessage): Promise<object> {
    const { Name, Entries = [] } = (await json(request)) as Body;
    return Name === undefined
      ? { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: `event_${index}` })) }
      : { Parameter: { Name, Type: 'SecureString', Value: secret } };
  }

  const server = createServer((request, response) => {
    answer(request)
      .then((body) =>
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body)),
      )
      .catch((error: unknown) => response.destroy(error as Error));
  });
  return listenOnLoopback(server);
}
