import { createHash, createHmac } from 'node:crypto';
import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { credentials, region } from './s3-target.ts';

export type RawRequest = {
  method: string;
  /** As it goes over the wire, percent-encoded. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** The value of x-amz-content-sha256. */
  payload?: string;
  body?: Buffer | string;
  /** Sends `body` and leaves the request open: more was announced than is ever sent. */
  endless?: boolean;
  /** Without one every request has a connection of its own. */
  agent?: Agent;
};
export type RawAnswer = {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  code: string | undefined;
  /** Whether it came over the connection of the request before. */
  reused: boolean;
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
const formatDate = (date: Date) => date.toISOString().replace(/[-:]|\.\d+/g, '');

function renderQuery(query: Record<string, string>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.toSorted().join('&');
}

/** Signature version 4, for the requests that the SDK won't make. */
function sign({ method, path, query = {}, headers = {}, payload = '' }: RawRequest, date: string): string {
  const names = Object.keys(headers).toSorted();
  const lines = names.map((name) => `${name}:${headers[name]?.trim()}\n`).join('');
  const canonical = [method, path, renderQuery(query), lines, names.join(';'), payload].join('\n');
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
  return hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex');
}

function signWithHeader(endpoint: string, raw: RawRequest): Record<string, string> {
  const { payload = 'UNSIGNED-PAYLOAD' } = raw;
  const date = formatDate(new Date());
  const own = { host: new URL(endpoint).host, 'x-amz-date': date, 'x-amz-content-sha256': payload };
  const headers = Object.fromEntries(
    Object.entries({ ...raw.headers, ...own }).filter(([name]) => name !== 'content-length'),
  );
  const signature = sign({ ...raw, headers, payload }, date);
  const credential = `${credentials.accessKeyId}/${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const signed = Object.keys(headers).toSorted().join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`;
  return { ...raw.headers, ...headers, authorization };
}

export type LinkOptions = { endpoint: string; signedAt?: Date; expiresSeconds?: number };

/** The query of a presigned link. Headers given are signed, and must be sent with it. */
export function signLink(raw: RawRequest, { endpoint, signedAt = new Date(), expiresSeconds = 300 }: LinkOptions) {
  const date = formatDate(signedAt);
  const headers = { ...raw.headers, host: new URL(endpoint).host };
  const query = {
    ...raw.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${date.slice(0, 8)}/${region}/s3/aws4_request`,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': Object.keys(headers).toSorted().join(';'),
  };
  const signature = sign({ ...raw, query, headers, payload: 'UNSIGNED-PAYLOAD' }, date);
  return { ...query, 'X-Amz-Signature': signature };
}

export function sendSigned(endpoint: string, raw: RawRequest): Promise<RawAnswer> {
  return send(endpoint, { ...raw, headers: signWithHeader(endpoint, raw) });
}

/** As it is, with no signature but what is in the query. */
export function send(endpoint: string, { method, path, query = {}, headers = {}, body = '', ...more }: RawRequest) {
  const { hostname, port } = new URL(endpoint);
  const target = Object.keys(query).length > 0 ? `${path}?${renderQuery(query)}` : path;
  return new Promise<RawAnswer>((resolve, reject) => {
    const sent = request({ hostname, port, method, path: target, headers, agent: more.agent ?? false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (bytes: Buffer) => pieces.push(bytes));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        const code = /<Code>(.*)<\/Code>/.exec(text)?.[1];
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: text,
          code,
          reused: sent.reusedSocket,
        });
        if (more.endless) sent.destroy();
      });
    });
    sent.on('error', reject);
    if (more.endless) sent.write(body || 'x');
    else sent.end(body);
  });
}

/** Announces a length, sends less, hangs up, and resolves once the server has done so too. */
export function sendShort(endpoint: string, { method, path, body = '' }: RawRequest, announcedBytes: number) {
  const { hostname, port } = new URL(endpoint);
  const headers = { ...signWithHeader(endpoint, { method, path }), 'content-length': String(announcedBytes) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.end(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body.toString()}`);
    });
    socket.on('error', reject).on('close', () => resolve());
    socket.resume();
  });
}
