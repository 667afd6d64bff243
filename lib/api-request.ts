import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { documentIdTextSchema } from './document-id.ts';
import { RefusedError } from './errors.ts';
import { readLimitedBody } from './http-event.ts';
import { identifierTextSchema } from './identifier.ts';
import { EXPECTED_OBJECT, parseInput, parseJson } from './validation.ts';

export const taskParametersSchema = z.object({ task_id: identifierTextSchema });
export const stepParametersSchema = z.extend(taskParametersSchema, { step_id: documentIdTextSchema });

/** Strict, and without what is unknown in its message: that gets into a log. */
export const runOptionsSchema = z.strictObject(
  {
    force: z.optional(z.boolean({ error: 'expected true or false' })).check(z.describe('Copy even what is unchanged')),
  },
  { error: ({ code }) => (code === 'unrecognized_keys' ? 'expected no field but force' : EXPECTED_OBJECT) },
);

/** The routes of the HTTP API, and what their paths name. @see docs/design.md "HTTP" */
export const ROUTES = {
  'POST /tasks/{task_id}/archive': { kind: 'archive', parameters: taskParametersSchema },
  'POST /tasks/{task_id}/steps/{step_id}/archive': { kind: 'archive', parameters: stepParametersSchema },
  'GET /tasks/{task_id}/documents': { kind: 'documents', parameters: taskParametersSchema },
  'GET /tasks/{task_id}/steps/{step_id}/document': { kind: 'document', parameters: stepParametersSchema },
} as const;

export type RouteKey = keyof typeof ROUTES;

/** What a caller asks for. */
export type ApiRequest =
  | { kind: 'archive'; taskId: string; stepId?: string; force: boolean }
  | { kind: 'documents'; taskId: string }
  | { kind: 'document'; taskId: string; stepId: string };

export const isRouteKey = (routeKey: string): routeKey is RouteKey => Object.hasOwn(ROUTES, routeKey);

/** A body is optional, and so is all that is in it. */
function readForce(event: APIGatewayProxyEventV2): boolean {
  const body = new TextDecoder().decode(readLimitedBody(event, 'validate'));
  if (body.trim() === '') return false;
  return parseInput(runOptionsSchema, parseJson(body)).force ?? false;
}

/**
 * Reads a request of the HTTP API; its path parameters come decoded.
 * @throws RefusedError `invalid` 400 naming the field, `body_too_large` 413, `no_such_route` 404
 */
export function parseApiRequest(event: APIGatewayProxyEventV2): ApiRequest {
  const { routeKey, pathParameters = {} } = event;
  if (!isRouteKey(routeKey)) {
    throw new RefusedError({ stage: 'validate', code: 'no_such_route', message: 'Not Found', statusCode: 404 });
  }
  const { kind, parameters } = ROUTES[routeKey];
  const ids = parseInput<{ task_id: string; step_id?: string }>(parameters, pathParameters);
  const taskId = ids.task_id;
  if (kind === 'documents') return { kind, taskId };
  if (kind === 'document') return { kind, taskId, stepId: ids.step_id as string };
  return { kind, taskId, ...(ids.step_id !== undefined && { stepId: ids.step_id }), force: readForce(event) };
}
