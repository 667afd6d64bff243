import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { CreateCopy } from '../contender.ts';

/** What a proven copy can't cost less than: one request in, one SHA-256 over what passes, one request out, no SDK. */
export const createCopy: CreateCopy = ({ targetUrl }) => {
  const agent = new Agent({ keepAlive: true });
  return async (sourceUrl, key) => {
    const [source] = (await once(get(sourceUrl, { agent }), 'response')) as [IncomingMessage];
    const headers = { 'content-length': source.headers['content-length'] };
    const target = request(`${targetUrl}/archive/${key}`, { method: 'PUT', agent, headers });
    const answered = once(target, 'response') as Promise<[IncomingMessage]>;
    const hash = createHash('sha256');
    source.on('data', (chunk: Buffer) => hash.update(chunk));
    await pipeline(source, target);
    const [answer] = await answered;
    answer.resume();
    await once(answer, 'end');
    if (answer.statusCode !== 200 || hash.digest('hex').length !== 64) throw new Error('It was not stored.');
  };
};
