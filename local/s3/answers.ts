import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3Error } from './s3-error.ts';

export type AnswerHeaders = Record<string, string | number | undefined>;
export type Answer = { status: number; headers?: AnswerHeaders; body?: string | Readable };

type Xml = string | number | boolean | Date | undefined | readonly Xml[] | { [name: string]: Xml };

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function renderElement(name: string, value: Xml): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item: Xml) => renderElement(name, item)).join('');
  if (value instanceof Date) return renderElement(name, value.toISOString());
  if (typeof value === 'object') return `<${name}>${renderElements(value as Record<string, Xml>)}</${name}>`;
  // Control characters as references: a bare \r would come back as \n.
  // oxlint-disable-next-line no-control-regex
  const text = String(value).replace(/[&<>"\u0000-\u001f]/g, (c) => ENTITIES[c] ?? `&#${c.charCodeAt(0)};`);
  return `<${name}>${text}</${name}>`;
}

function renderElements(elements: Record<string, Xml>): string {
  return Object.entries(elements)
    .map(([name, value]) => renderElement(name, value))
    .join('');
}

export function answerXml(name: string, elements: Record<string, Xml>, headers: AnswerHeaders = {}): Answer {
  const inner = renderElements(elements);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${name}>`;
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}

export function answerError(error: unknown, resource: string, requestId: string): Answer {
  const known = error instanceof S3Error ? error : new S3Error('InternalError', { message: String(error) });
  const { status, code, message, details } = known;
  if (status === 304) return { status, headers: known.headers };
  const elements = { Code: code, Message: message, ...details, Resource: resource, RequestId: requestId };
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement('Error', elements)}`;
  return { status, headers: { ...known.headers, 'content-type': 'application/xml' }, body };
}

/** Settles when the answer is out or the client has gone; never rejects for the latter. */
export async function sendAnswer(response: ServerResponse, { status, headers = {}, body = '' }: Answer): Promise<void> {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
  response.statusCode = status;
  if (typeof body !== 'string') return pipeline(body, response).catch(() => undefined);
  if (body !== '') response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}
