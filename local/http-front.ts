import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createHttpEvent } from './http-event.ts';
import { createLambdaContext, type LambdaHandler } from './lambda-context.ts';
import { type Listening, listenOnLoopback } from './listen-on-loopback.ts';
import { type MatchedRoute, matchRoute } from './match-route.ts';

/** `GET /tasks/{task_id}/documents` → the function behind it. */
export type Routes = Record<string, { functionName: string; timeoutMs: number; handler: LambdaHandler }>;

type Options = { routes: Routes; port?: number; onError?: (error: unknown) => void };

/** Stands in for the HTTP API: each request becomes an event for its function, and what that answers goes back. */
export async function startHttpFront({ routes, port = 0, onError = () => undefined }: Options): Promise<Listening> {
  const server = createServer((request, response) => {
    forward(routes, request, response).catch((error: unknown) => {
      onError(error);
      sendMessage(response, 500, 'Internal Server Error');
    });
  });
  return listenOnLoopback(server, port);
}

async function forward(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const matched = findRoute(routes, request);
  if (matched === 'undecodable') return sendMessage(response, 400, 'Bad Request');
  const route = matched && routes[matched.routeKey];
  if (!route) return sendMessage(response, 404, 'Not Found');
  const context = createLambdaContext(route.functionName, route.timeoutMs);
  const result = await route.handler(createHttpEvent(request, body, matched), context);
  sendResult(response, result as APIGatewayProxyStructuredResultV2);
}

function findRoute(
  routes: Routes,
  { method = '', url = '/' }: IncomingMessage,
): MatchedRoute | 'undecodable' | undefined {
  try {
    return matchRoute(Object.keys(routes), method, new URL(url, 'http://localhost').pathname);
  } catch {
    return 'undecodable';
  }
}

function sendResult(response: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  for (const [name, value] of Object.entries(result.headers ?? {})) response.setHeader(name, String(value));
  response.statusCode = result.statusCode ?? 200;
  response.end(Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8'));
}

/** What API Gateway answers by itself has a shape of its own. */
function sendMessage(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}
