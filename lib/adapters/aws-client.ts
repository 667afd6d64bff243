import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { type AwsClient, AwsError, type AwsRequest, type AwsService } from '../aws-call.ts';
import { classifyFailure, createRetries, isThrottling } from '../aws-retry.ts';
import { exchange } from '../exchange.ts';
import { createSigner, type Credentials } from '../sign-request.ts';

const MAX_ATTEMPTS = 3;
const CONNECT_MS = 5_000;

type Options = {
  service: AwsService;
  /** Of the service; of S3 that of the bucket. */
  endpoint: URL;
  region: string;
  credentials: Credentials | (() => Promise<Credentials>);
  /** How long nothing may come or go in an attempt, and how long it may take in all; no bound unless one is given. */
  idleMs?: number;
  attemptMs?: number;
  connectMs?: number;
  maxAttempts?: number;
};

/**
 * A service of AWS behind one pool of connections: what is needed of the SDK, over `node:http`. Its clients cost a cold
 * start, and a small document, more than all else together.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function createAwsClient({ service, endpoint, region, credentials, ...limits }: Options): AwsClient {
  const isSecure = endpoint.protocol === 'https:';
  const { request: begin, Agent } = isSecure ? https : http;
  const { connectMs = CONNECT_MS, idleMs, attemptMs } = limits;
  const place = {
    agent: new Agent({ keepAlive: true }),
    protocol: endpoint.protocol,
    hostname: endpoint.hostname.replace(/^\[|\]$/g, ''),
    port: endpoint.port,
  };
  const findCredentials = async () => (typeof credentials === 'function' ? credentials() : credentials);
  const sign = createSigner({ service, region, endpoint });
  const beginRetries = createRetries(limits.maxAttempts ?? MAX_ATTEMPTS, Math.random);

  async function attempt(request: AwsRequest, read: (answer: IncomingMessage) => Promise<string>) {
    const { target, headers } = sign(request, await findCredentials());
    const outgoing = begin({
      ...place,
      method: request.method,
      path: target,
      headers: { 'user-agent': 'chamelio-archive', ...headers },
      signal: request.signal,
    });
    const giveUp = (what: string) =>
      outgoing.destroy(Object.assign(new Error(`AWS ${what} in time.`), { name: 'TimeoutError' }));
    if (idleMs) outgoing.setTimeout(idleMs, () => giveUp('said nothing'));
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return;
      const connecting = setTimeout(() => giveUp('could not be reached'), connectMs);
      for (const event of [isSecure ? 'secureConnect' : 'connect', 'close'])
        socket.once(event, () => clearTimeout(connecting));
    });
    const clock = attemptMs && setTimeout(() => giveUp('did not answer'), attemptMs);
    try {
      const answer = await exchange(outgoing, request.body ?? []);
      const status = answer.statusCode as number;
      if (status >= 200 && status < 300) return { answer, text: await read(answer) };
      throw readError(answer, await readText(answer), status);
    } finally {
      clearTimeout(clock);
      // Whoever is answered early says no more: the next document has these buffers then.
      if (!outgoing.writableFinished) outgoing.destroy();
    }
  }

  async function retry(request: AwsRequest, read: (answer: IncomingMessage) => Promise<string>) {
    const retries = beginRetries();
    for (;;) {
      try {
        const answered = await attempt(request, read);
        retries.succeed();
        return answered;
      } catch (error) {
        const failure = classifyFailure(error as Error);
        const delayMs = failure && !request.signal?.aborted ? retries.delay(failure) : undefined;
        if (delayMs === undefined) throw error;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  }

  return {
    async send(request) {
      const { answer, text } = await retry(request, readSound);
      return { headers: answer.headers, text };
    },
    async open(request) {
      return (await retry(request, async () => '')).answer;
    },
  };
}

/** Without an iterator, which costs more than the few hundred bytes that come. */
const readText = (answer: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => resolve(Buffer.concat(chunks).toString()));
    answer.on('error', reject);
  });

/** S3 can find out that it fails after it has begun to say that it does not, with white space to be going on with. */
async function readSound(answer: IncomingMessage): Promise<string> {
  const text = await readText(answer);
  if (/<Error>/.test(text) && text.trimStart().startsWith('<')) throw readError(answer, text, 503);
  return text;
}

/** S3 names its error in XML, the others in a header, or in JSON behind a namespace. */
function readError({ headers }: IncomingMessage, text: string, status: number): AwsError {
  const named =
    /<Code>([\w.]+)<\/Code>/.exec(text)?.[1] ??
    headers['x-amzn-errortype']?.toString() ??
    /"(?:__type|code)"\s*:\s*"([^"]+)"/.exec(text)?.[1];
  const name = named?.replace(/^.*#|:.*$/g, '') ?? `HTTP ${status}`;
  return new AwsError({ name, status, isThrottled: isThrottling({ name, status }) });
}
