import {
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { credentials, region } from '../../local/local-account.ts';
import { createClient } from '../create-client.ts';
import { type Call, originOf } from './call.ts';
import { type CreateArchive, TASK_ID } from './contender.ts';

/** What is written first: the SDK's clients as they come, `fetch`, and the whole document in memory; the same calls as ours. */
export const createArchive: CreateArchive = async ({ urls, calls }) => {
  const s3 = createClient(urls.s3Url);
  const dynamodb = new DynamoDBClient({ endpoint: urls.dynamodbUrl, region, credentials });

  function askTable({ headers, body }: Call, taskId: string): Promise<unknown> {
    const input: unknown = JSON.parse(body.replaceAll(TASK_ID, taskId));
    return headers['x-amz-target']?.endsWith('.GetItem')
      ? dynamodb.send(new GetItemCommand(input as GetItemCommandInput))
      : dynamodb.send(new UpdateItemCommand(input as UpdateItemCommandInput));
  }

  function put({ path, headers }: Call, taskId: string, Body: Buffer): Promise<unknown> {
    const [, Bucket, ...key] = new URL(path.replace(TASK_ID, taskId), urls.s3Url).pathname.split('/');
    const Metadata = { 'task-id': taskId, 'step-id': headers['x-amz-meta-step-id'] as string };
    const ContentType = headers['content-type'];
    return s3.send(new PutObjectCommand({ Bucket, Key: key.join('/'), Body, Metadata, ContentType, IfNoneMatch: '*' }));
  }

  async function archive(taskId: string): Promise<void> {
    let link = '';
    let document = Buffer.alloc(0);
    for (const call of calls) {
      if (call.service === 'dynamodb') await askTable(call, taskId);
      if (call.service === 's3') await put(call, taskId, document);
      if (call.service === 'storage') document = Buffer.from(await (await fetch(link)).arrayBuffer());
      if (call.service !== 'vendor') continue;
      const headers = { 'x-api-key': call.headers['x-api-key'] as string };
      const answer = await fetch(originOf(call, urls) + call.path.replace(TASK_ID, taskId), { headers });
      link = ((await answer.json()) as { download_url: string }).download_url;
    }
  }

  return async (batch) => void (await Promise.all(batch.map(({ taskId }) => archive(taskId))));
};
