import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { RefusedError, type Stage } from './errors.ts';

const MAX_BODY_BYTES = 1024 * 1024;

type WithBody = Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'>;

/** The raw bytes of a request, as the sender signed them. */
export const readRawBody = ({ body = '', isBase64Encoded }: WithBody) =>
  Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');

/** The same of a request that may be of any size. @throws RefusedError `body_too_large` 413 */
export function readLimitedBody(event: WithBody, stage: Stage): Buffer {
  const body = readRawBody(event);
  if (body.length <= MAX_BODY_BYTES) return body;
  throw new RefusedError({ stage, code: 'body_too_large', message: 'The body is larger than 1 MiB.', statusCode: 413 });
}

/** A header by its name in any case. */
export function readHeader(headers: APIGatewayProxyEventV2['headers'] | undefined, name: string): string | undefined {
  const entry = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return entry?.[1];
}
