import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { classifyError, RefusedError } from '../errors.ts';

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

/** A JSON answer. */
export const answerJson = (statusCode: number, body: object): Result => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/**
 * Errors as answers in the vendor's own shape: what is refused says why, all the rest asks the caller to come again, in
 * the words of `comeAgain`.
 * @see docs/design.md "HTTP"
 */
export const mapHttpErrors = (comeAgain: string): MiddlewareObj<Event, Result> => ({
  onError: (request) => {
    const error = classifyError(request.error, 'queue');
    if (!(error instanceof RefusedError)) {
      request.response = answerJson(503, { detail: comeAgain });
      return;
    }
    const { statusCode, message, issues } = error;
    request.response = answerJson(statusCode, { detail: message, ...(issues.length > 0 ? { issues } : {}) });
  },
});
