import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { Upload } from '@aws-sdk/lib-storage';
import type { CreateCopy } from '../contender.ts';
import { createClient } from '../create-client.ts';

/** The same with Node's own stream, as axios hands it on. */
export const createCopy: CreateCopy = ({ targetUrl }) => {
  const client = createClient(targetUrl);
  const agent = new Agent({ keepAlive: true });
  return async (sourceUrl, Key) => {
    const [Body] = (await once(get(sourceUrl, { agent }), 'response')) as [IncomingMessage];
    await new Upload({ client, params: { Bucket: 'archive', Key, Body } }).done();
  };
};
