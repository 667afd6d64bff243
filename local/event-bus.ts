import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import { type Listening, listenOnLoopback } from './listen-on-loopback.ts';
import { accountId, region } from './local-account.ts';

const PUT_EVENTS = 'AWSEvents.PutEvents';
const DESCRIBE_EVENT_BUS = 'AWSEvents.DescribeEventBus';

const entrySchema = z.object({
  EventBusName: z.string().min(1),
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string().transform((text): object => JSON.parse(text)),
});

const requestSchema = z.object({ Entries: z.array(z.unknown()).min(1).max(10) });

/** An event as a rule's target gets it. */
export type BusEvent = {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
};

/** What becomes of the next request: all of it is refused, or its first entry; undefined: it is taken. */
export type BusFault = 'request' | 'entry' | undefined;

export type LocalEventBus = Listening & {
  busName: string;
  /** What was taken, in order. */
  events: BusEvent[];
  /** Asked before each request is taken. */
  fault: { next: () => BusFault };
};

type Options = { port?: number };

/** EventBridge in this process, with one bus that has no rules: `GET /` shows what was put on it. */
export async function startEventBus({ port = 0 }: Options = {}): Promise<LocalEventBus> {
  const events: BusEvent[] = [];
  const fault: LocalEventBus['fault'] = { next: () => undefined };
  const busName = 'archive-events';

  function takeEntry(entry: unknown, isRefused: boolean) {
    const { data } = entrySchema.safeParse(entry);
    if (isRefused) return { ErrorCode: 'InternalFailure', ErrorMessage: 'The entry was refused.' };
    if (!data) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    if (data.EventBusName !== busName) return { ErrorCode: 'InvalidArgument', ErrorMessage: 'There is no such bus.' };
    const id = randomUUID();
    events.push({
      version: '0',
      id,
      'detail-type': data.DetailType,
      source: data.Source,
      account: accountId,
      time: new Date().toISOString(),
      region,
      resources: [],
      detail: data.Detail as Record<string, unknown>,
    });
    return { EventId: id };
  }

  function describeBus(response: ServerResponse, input: unknown): void {
    if (!z.object({ Name: z.literal(busName) }).safeParse(input).success)
      return send(response, 400, { __type: 'ResourceNotFoundException', message: 'There is no such bus.' });
    send(response, 200, { Name: busName, Arn: `arn:aws:events:${region}:${accountId}:event-bus/${busName}` });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') return send(response, 200, events);
    const input = await json(request);
    if (request.headers['x-amz-target'] === DESCRIBE_EVENT_BUS) return describeBus(response, input);
    const body = requestSchema.safeParse(input).data;
    if (request.headers['x-amz-target'] !== PUT_EVENTS || !body)
      return send(response, 400, { __type: 'ValidationException', message: 'PutEvents with 1 to 10 entries.' });
    const failing = fault.next();
    if (failing === 'request') return send(response, 500, { __type: 'InternalException', message: 'Refused.' });
    const Entries = body.Entries.map((entry, index) => takeEntry(entry, failing === 'entry' && index === 0));
    send(response, 200, { FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length, Entries });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => send(response, 400, { __type: 'SerializationException' }));
  });
  return { ...(await listenOnLoopback(server, port)), busName, events, fault };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
