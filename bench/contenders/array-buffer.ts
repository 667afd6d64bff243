import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { CreateCopy } from '../contender.ts';
import { createClient } from '../create-client.ts';

/** What is written first: the whole document in memory. */
export const createCopy: CreateCopy = ({ targetUrl }) => {
  const client = createClient(targetUrl);
  return async (sourceUrl, Key) => {
    const response = await fetch(sourceUrl);
    const Body = Buffer.from(await response.arrayBuffer());
    await client.send(new PutObjectCommand({ Bucket: 'archive', Key, Body }));
  };
};
