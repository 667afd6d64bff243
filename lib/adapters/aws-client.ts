import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { isThrottlingError, isTransientError, StandardRetryStrategy } from '@smithy/core/retry';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, HttpRequest, Provider, SdkError } from '@smithy/types';
import { type AwsClient, AwsError, type AwsRequest, type AwsService } from '../aws-call.ts';
import { countBytes } from '../count-bytes.ts';
import { exchange } from '../exchange.ts';
import { http } from '../node-http.ts';
import { SigningHash } from '../signing-hash.ts';

const MAX_ATTEMPTS = 3;
const CONNECT_MS = 5_000;

type Options = {
  service: AwsService;
  /** Of the service; of S3 that of the bucket. */
  endpoint: URL;
  region: string;
  credentials: AwsCredentialIdentity | Provider<AwsCredentialIdentity>;
  /** How long nothing may come or go in an attempt, and how long it may take in all; no bound unless one is given. */
  idleMs?: number;
  attemptMs?: number;
  connectMs?: number;
  maxAttempts?: number;
};

/**
 * A service of AWS behind one pool of connections: what is needed of the SDK, its signer and its retries, over `node:http`.
 * Its clients cost a cold start, and a small document, more than all else together.
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
  const strategy = new StandardRetryStrategy(limits.maxAttempts ?? MAX_ATTEMPTS);
  const root = endpoint.pathname.replace(/\/$/, '');
  // S3 signs a path as it is sent; the others encode it once more, but have none.
  const signer = new SignatureV4({
    service,
    region,
    credentials,
    sha256: SigningHash,
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  });

  async function sign({ method, path = '', query = {}, headers = {}, body = [] }: AwsRequest): Promise<HttpRequest> {
    return signer.sign({
      method,
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      path: `${root}/${path}`,
      query,
      headers: { host: endpoint.host, 'content-length': String(countBytes(body)), ...headers },
      // Only of what does not bring its hash with it, which is small.
      body: headers['x-amz-content-sha256'] === undefined ? Buffer.concat(body) : undefined,
    });
  }

  async function attempt(request: AwsRequest, read: (answer: IncomingMessage) => Promise<string>) {
    const { method, headers, path, query } = await sign(request);
    const search = new URLSearchParams(query as Record<string, string>).toString().replaceAll('+', '%20');
    const outgoing = begin({
      ...place,
      method,
      path: search === '' ? path : `${path}?${search}`,
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
    let token = await strategy.acquireInitialRetryToken(service);
    for (;;) {
      try {
        const answered = await attempt(request, read);
        strategy.recordSuccess(token);
        return answered;
      } catch (error) {
        const errorType = classify(error);
        if (!errorType || request.signal?.aborted) throw error;
        token = await strategy.refreshRetryTokenForRetry(token, { errorType }).catch(() => {
          throw error;
        });
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

/** What the SDK's own lists say of an error; undefined: that asking again would change nothing. */
function classify(error: unknown): 'THROTTLING' | 'TRANSIENT' | undefined {
  if (error instanceof AwsError && error.isThrottled) return 'THROTTLING';
  return isTransientError(describe(error as Error)) ? 'TRANSIENT' : undefined;
}

/** An error as the SDK's lists want to be asked about it. */
const describe = ({ name, code, status }: { name: string; code?: string; status?: number }): SdkError =>
  Object.assign(new Error(), {
    name,
    code,
    $metadata: status === undefined ? {} : { httpStatusCode: status },
  }) as SdkError;

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
  return new AwsError({
    name,
    status,
    isThrottled: isThrottlingError(describe({ name, status })),
  });
}
