import type { MiddlewareObj } from '@middy/core';
import { classifyError } from '../errors.ts';

const listFrames = (error: unknown): string[] =>
  String(error instanceof Error ? error.stack : '')
    .split('\n')
    .filter((line) => line.startsWith('    at '));

/**
 * What leaves a function as an error says only what we say ourselves, and where it arose: what lies below it can hold a
 * signed URL, or the request that AWS refused, with its credentials. It belongs first, so that it comes last.
 */
export const dropCause = (): MiddlewareObj<unknown, unknown> => ({
  onError: (request) => {
    const error = classifyError(request.error, 'validate');
    error.stack = [`${error.name}: ${error.message}`, ...listFrames(request.error)].join('\n');
    delete error.cause;
    request.error = error;
  },
});
