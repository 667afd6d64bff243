import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.ts';

export type Headers = Record<string, string | undefined>;

export type S3Request = {
  method: string;
  bucket: string;
  key: string;
  query: URLSearchParams;
  headers: Headers;
  incoming: IncomingMessage;
};

/** Path-style only. The path is taken literally: a URL parser would resolve `..`, which S3 keys may well contain. */
export function parseRequest(incoming: IncomingMessage): S3Request {
  const url = incoming.url ?? '';
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const query = new URLSearchParams(end < 0 ? '' : url.slice(end));
  const slash = path.indexOf('/', 1);
  const bucket = decode(path.slice(1, slash < 0 ? undefined : slash));
  const key = slash < 0 ? '' : decode(path.slice(slash + 1));
  if (!path.startsWith('/')) throw new S3Error('InvalidURI');
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError', { details: { MaxSizeAllowed: '1024' } });
  return { method: incoming.method ?? '', bucket, key, query, headers: mergeHeaders(incoming, query), incoming };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI');
  }
}

/** Presigners move `x-amz-*` headers into the query, where S3 takes them for the headers they were. */
function mergeHeaders(incoming: IncomingMessage, query: URLSearchParams): Headers {
  const headers: Headers = {};
  if (query.has('X-Amz-Signature')) {
    for (const [name, value] of query) if (/^x-amz-/i.test(name)) headers[name.toLowerCase()] = value;
  }
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return headers;
}

/** Null where the newest version is meant. */
export function readVersionId(query: URLSearchParams): string | null {
  const versionId = query.get('versionId');
  if (versionId === null || /^[\w.-]{1,1024}$/.test(versionId)) return versionId;
  throw new S3Error('InvalidArgument', {
    message: 'Invalid version id specified',
    details: { ArgumentName: 'versionId' },
  });
}
