import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** The raw bytes of a request, as the sender signed them. */
export const readRawBody = ({ body = '', isBase64Encoded }: Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'>) =>
  Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');

/** A header by its name in any case. */
export function readHeader(headers: APIGatewayProxyEventV2['headers'] | undefined, name: string): string | undefined {
  const entry = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name);
  return entry?.[1];
}
