/**
 * node:http, which must not be imported: that would run the getters of all its exports, and the one of `WebSocket` loads
 * the whole of `fetch`, 22 ms of CPU in every cold start.
 * @see https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
export const http = process.getBuiltinModule('node:http');
