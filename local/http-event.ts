import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { accountId } from './local-account.ts';
import type { MatchedRoute } from './match-route.ts';

/** Content types whose bodies API Gateway hands over as text; every other body arrives base64-encoded. */
const textual = /^(text\/|application\/(json|javascript|xml|[^;]+\+(json|xml))\s*(;|$))/i;

/**
 * A request as an HTTP API hands it to a function, payload format 2.0: header names in lower case, repeated headers
 * joined by commas, cookies apart, path parameters decoded.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function createHttpEvent(
  request: IncomingMessage,
  body: Buffer,
  { routeKey, pathParameters }: MatchedRoute,
): APIGatewayProxyEventV2 {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const { cookie, ...rest } = request.headersDistinct;
  const headers = Object.fromEntries(Object.entries(rest).map(([name, values]) => [name, values?.join(',') ?? '']));
  const isBase64Encoded = body.length > 0 && !textual.test(headers['content-type'] ?? 'text/plain');
  const now = new Date();
  return {
    version: '2.0',
    routeKey,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookie ? { cookies: cookie.flatMap((line) => line.split('; ')) } : {}),
    headers,
    ...(Object.keys(pathParameters).length > 0 ? { pathParameters } : {}),
    requestContext: {
      accountId,
      apiId: 'local',
      domainName: headers.host ?? '',
      domainPrefix: 'local',
      http: {
        method: request.method ?? '',
        path: pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 ? { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') } : {}),
    isBase64Encoded,
  };
}
