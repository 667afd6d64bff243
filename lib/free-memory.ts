import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Frees the memory of a chunk that nobody reads again. What a large document leaves to the garbage collector is found by
 * going through the whole heap, again and again, which takes as long as hashing it, and piles up in between. A chunk that
 * shares its memory stays: it is not alone in it.
 */
export function freeMemory({ length, buffer }: Buffer): void {
  if (length === buffer.byteLength) (buffer as ArrayBuffer).transfer(0);
}

/**
 * Frees what comes for an answer once `node:http` has copied the body out of it. Should it hand out parts of it instead one
 * day, they would be empty: so it is done only where a body that is short fails.
 * @see https://github.com/nodejs/node/blob/v24.x/src/node_http_parser.cc on_body
 */
export function freeReceived(answer: IncomingMessage): void {
  const { headers } = answer;
  // There is none any more once the answer has ended.
  const socket = answer.socket as Socket | null;
  if (!socket || headers['content-length'] === undefined || headers['content-encoding'] !== undefined) return;
  socket.on('data', freeMemory);
  // Before the next answer: whoever reads that would come after us.
  answer.on('end', () => socket.off('data', freeMemory));
}
