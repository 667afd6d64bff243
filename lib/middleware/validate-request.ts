import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type ApiRequest, parseApiRequest } from '../api-request.ts';

export type ValidatedRequest = APIGatewayProxyEventV2 & { apiRequest?: ApiRequest };

/**
 * Puts what is asked for beside the request it was read from.
 * @throws RefusedError as `parseApiRequest`
 */
export const validateRequest = (): MiddlewareObj<ValidatedRequest> => ({
  before: ({ event }) => {
    event.apiRequest = parseApiRequest(event);
  },
});
