import { once } from 'node:events';
import { createServer, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { answerError, sendAnswer } from '../../local/s3/answers.ts';
import { createFaults } from '../../local/s3/faults.ts';
import { findOperation } from '../../local/s3/operations.ts';
import { parseRequest } from '../../local/s3/s3-request.ts';
import type { LocalBucket } from '../../local/bucket.ts';
import type { LoggedOperation } from '../../local/s3/s3-server.ts';

/** What the tests need of an S3 and no foreign one has, put before it: a log of what it was asked, and failures on demand. */
export async function startS3Relay(url: string): Promise<Omit<LocalBucket, 'bucket'>> {
  const operations: LoggedOperation[] = [];
  const faults = createFaults({ directory: '', buckets: new Map() });

  let lastTurn: Promise<unknown> = Promise.resolve();

  /** Whole, and one after the other whoever goes away meanwhile: moto's S3 breaks where two requests meet. */
  function takeTurn({ url: path, method, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const turn = lastTurn.then(async () => {
      const outgoing = sendRequest(`${url}${path}`, { method, headers }).end(body);
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      return answer;
    });
    lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async function relay(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = parseRequest(incoming);
    const { bucket, key } = request;
    const operation = findOperation(request)?.name ?? 'Unknown';
    const log = (status: number) => operations.push({ operation, bucket, key, status });
    try {
      faults.raise(operation, request);
    } catch (error) {
      const failure = answerError(error, `/${bucket}/${key}`, 'relay');
      log(failure.status);
      incoming.resume();
      return sendAnswer(response, failure);
    }
    const answer = await takeTurn(incoming, await buffer(incoming));
    const status = answer.statusCode as number;
    log(status);
    response.writeHead(status, answer.rawHeaders);
    await pipeline(answer, response);
  }

  const server = createServer((incoming, response) => {
    relay(incoming, response).catch(() => response.destroy());
  });
  return { ...(await listenOnLoopback(server)), operations, failNext: faults.plan };
}
