import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { Upload } from '@aws-sdk/lib-storage';
import type { CreateCopy } from '../contender.ts';
import { createClient } from '../create-client.ts';

/** What is written next: the web's stream into the SDK's own upload in parts. */
export const createCopy: CreateCopy = ({ targetUrl }) => {
  const client = createClient(targetUrl);
  return async (sourceUrl, Key) => {
    const { body } = await fetch(sourceUrl);
    const Body = Readable.fromWeb(body as ReadableStream);
    await new Upload({ client, params: { Bucket: 'archive', Key, Body } }).done();
  };
};
