import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export type AwsService = 'dynamodb' | 'events' | 's3' | 'sqs' | 'ssm';

export type AwsRequest = {
  method: 'DELETE' | 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below the endpoint, percent-encoded, without a slash in front. */
  path?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  /** Sent as it is, chunk after chunk, and again on every attempt. */
  body?: readonly Buffer[];
  signal?: AbortSignal | undefined;
};

export type AwsAnswer = { headers: IncomingHttpHeaders; text: string };

/** A service of AWS. Rejects with an `AwsError`, or with what ended the last of three attempts. */
export type AwsClient = {
  send: (request: AwsRequest) => Promise<AwsAnswer>;
  /** The same, with a body that is still to be read. */
  open: (request: AwsRequest) => Promise<IncomingMessage>;
};

type Answered = { name: string; status: number; isThrottled?: boolean };

/** A service of AWS that answered with an error: its name, not its message, which may hold names and addresses. */
export class AwsError extends Error {
  readonly status: number;
  readonly isThrottled: boolean;

  constructor({ name, status, isThrottled = false }: Answered) {
    super(`AWS answered ${status}: ${name}.`);
    this.name = name;
    this.status = status;
    this.isThrottled = isThrottled;
  }
}

/** What came is no answer of this service. */
export const createMalformed = (): AwsError => new AwsError({ name: 'MalformedAnswer', status: 502 });

/** One call of a service that speaks AWS's JSON. `target` as in `AmazonSQS.SendMessage`. */
export async function callJson(
  client: AwsClient,
  target: string,
  { input, signal }: { input: object; signal?: AbortSignal | undefined },
): Promise<unknown> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
  const { text } = await client.send({ method: 'POST', headers, body: [Buffer.from(JSON.stringify(input))], signal });
  try {
    return JSON.parse(text || '{}');
  } catch {
    throw createMalformed();
  }
}
