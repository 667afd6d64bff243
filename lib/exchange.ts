import type { ClientRequest, IncomingMessage } from 'node:http';

/**
 * Sends a body and hands out the answer, which may begin before all is sent. One chunk after the other: a clock that
 * watches the connection sees how each of them goes, and TLS encrypts no more than one ahead.
 */
export const exchange = (outgoing: ClientRequest, body: readonly Buffer[]): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    let sent = 0;
    const sendRest = () => {
      while (sent < body.length - 1) if (!outgoing.write(body[sent++])) return;
      outgoing.off('drain', sendRest);
      outgoing.end(body[sent]);
    };
    // A switch of protocols ends without an answer, and without an error.
    const failClosed = () => reject(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' }));
    outgoing.on('error', reject);
    outgoing.on('close', failClosed);
    outgoing.on('response', (answer) => {
      outgoing.off('close', failClosed);
      // Until somebody reads it, nobody else would hear of its failure.
      answer.on('error', () => undefined);
      resolve(answer);
    });
    outgoing.on('drain', sendRest);
    sendRest();
  });
