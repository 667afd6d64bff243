import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type ApiRequest, isRouteKey } from './api-request.ts';
import { cutToLength } from './text.ts';

const MAX_CALLER_LENGTH = 256;

type Authorizer = { iam?: { userArn?: unknown }; jwt?: { claims?: Record<string, unknown> } };

/** Who asks, as the authorizer says it: the ARN of an IAM principal, or the subject of a token. */
function readCaller({ requestContext }: Partial<APIGatewayProxyEventV2>): string | undefined {
  const { authorizer } = (requestContext ?? {}) as { authorizer?: Authorizer };
  const caller = authorizer?.iam?.userArn ?? authorizer?.jwt?.claims?.sub;
  return typeof caller === 'string' ? cutToLength(caller, MAX_CALLER_LENGTH) : undefined;
}

const OUTCOMES = new Map([
  [200, 'answered'],
  [202, 'queued'],
]);

/** The fields of the line of one request to the HTTP API. Links are in answers only. */
export function describeRequest(
  event: APIGatewayProxyEventV2 & { apiRequest?: ApiRequest },
  answer: APIGatewayProxyStructuredResultV2 | null | undefined,
) {
  const { routeKey, apiRequest } = event;
  const [method, route] = isRouteKey(routeKey) ? routeKey.split(' ') : [];
  const status = answer?.statusCode as number; // there always is one: errors are answers, too
  return {
    method,
    route,
    ...(apiRequest && { task_id: apiRequest.taskId }),
    ...(apiRequest && 'stepId' in apiRequest && { step_id: apiRequest.stepId }),
    outcome: OUTCOMES.get(status) ?? 'refused',
    status,
    caller: readCaller(event),
  };
}
