import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Listening, listenOnLoopback } from '../../../local/listen-on-loopback.ts';
import { type AwsCall, describeCall } from './aws-call.ts';

export type RecordedCall = AwsCall & { functionName: string };

export type RecordingRelay = Listening & { calls: readonly RecordedCall[] };

/**
 * One endpoint for all of AWS, that passes everything on and writes it down; what it does not know is written down and
 * refused. Who asks which service is read from the signature, that of a link too, as AWS itself does it: each function signs with its own
 * name for an access key.
 */
export async function startRecordingRelay(upstreams: Readonly<Record<string, string>>): Promise<RecordingRelay> {
  const calls: RecordedCall[] = [];

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const presigned = new URL(incoming.url ?? '', 'http://localhost').searchParams.get('X-Amz-Credential');
    const credential = presigned ? `Credential=${presigned}` : (incoming.headers.authorization ?? '');
    const [, functionName = '', service = ''] =
      /Credential=(\w+)\/\d+\/[^/]+\/(\w+)\/aws4_request/.exec(credential) ?? [];
    const body = await buffer(incoming);
    const record = (status: number) =>
      calls.push({ functionName, ...describeCall(service, incoming, { body, status }) });
    const upstream = upstreams[service];
    if (upstream === undefined) {
      record(501);
      return void response.writeHead(501).end();
    }
    const answer = await forward(incoming, body, upstream);
    record(answer.statusCode as number);
    answer.pipe(response.writeHead(answer.statusCode as number, answer.headers));
  }

  const server = createServer((incoming, response) => {
    pass(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });
  return { ...(await listenOnLoopback(server)), calls };
}

const forward = (incoming: IncomingMessage, body: Buffer, upstream: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { expect: _, ...headers } = incoming.headers;
    send(upstream + incoming.url, { method: incoming.method, headers }, resolve)
      .on('error', reject)
      .end(body);
  });
