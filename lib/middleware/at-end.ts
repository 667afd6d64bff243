import type { MiddlewareObj } from '@middy/core';

/** Calls `end` when all is said and done, whatever came of it: the first to be used is the last to be asked. */
export const atEnd = (end: () => void): MiddlewareObj => ({ after: () => end(), onError: () => end() });
