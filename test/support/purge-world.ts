import { createHash } from 'node:crypto';
import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Context } from '../../cli/context.ts';
import { setEnvironment } from '../../local/environment.ts';
import { startLockedS3 } from './locked-s3.ts';
import { runCli } from './run-cli.ts';
import { startTestBucket, startTestTable } from './services.ts';

type Item = Record<string, unknown>;

export type PurgeWorld = Awaited<ReturnType<typeof startPurgeWorld>>;

const TIME = '2026-03-02T11:00:00.000Z';

/** A table, a bucket that can be locked, and a command line that knows where they are. */
export async function startPurgeWorld() {
  const [table, s3] = await Promise.all([startTestTable(), startTestBucket()]);
  const { client, bucket } = s3;
  const locked = await startLockedS3(s3.url);
  const env = {
    ARCHIVE_BUCKET: bucket,
    ARCHIVE_TABLE: table.tableName,
    ARCHIVE_QUEUE_URL: 'http://127.0.0.1:1/queue',
    AWS_ENDPOINT_URL_S3: locked.url,
    AWS_ENDPOINT_URL_DYNAMODB: table.url,
  };
  setEnvironment(env);

  async function put(item: { task_id: string; step_id: string } & Item): Promise<void> {
    const Item = marshall({ schema: 1, created_at: TIME, updated_at: TIME, ...item });
    await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));
  }

  /** Puts so many versions under a key. */
  async function store(key: string, versions = 1): Promise<void> {
    for (let version = 1; version <= versions; version += 1)
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: `version ${version}` }));
  }

  return {
    bucket,
    client,
    locked,
    table,
    put,
    store,
    hide: (key: string) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })),
    /** A task with two documents, one of them in two versions, and a manifest. */
    async archive(taskId: string, more: { prefix?: string } = {}): Promise<void> {
      const { prefix = '' } = more;
      const steps = ['draft', 'signed'];
      await put({ task_id: taskId, step_id: '#task', status: 'DISCOVERED', step_ids: steps, workflow_name: 'NDA' });
      for (const step_id of steps) {
        const key = `${prefix}tasks/${taskId}/steps/${step_id}/Dana Levi.pdf`;
        await store(key, step_id === 'draft' ? 2 : 1);
        const sha256 = createHash('sha256').update(key).digest('hex');
        const document = { bucket, key, etag: '"e"', file_name: 'Dana Levi.pdf', sha256, size_bytes: 9 };
        await put({ task_id: taskId, step_id, status: 'ARCHIVED', ...document });
      }
      await store(`${prefix}tasks/${taskId}/manifest.json`);
    },
    /** Types words behind `purge`. */
    async purge(words: readonly string[], changes: Partial<Context> = {}) {
      const { exitCode, printed, noted } = await runCli(['purge', ...words], { env, ...changes });
      return { exitCode, printed, noted };
    },
    run: (words: readonly string[], changes: Partial<Context> = {}) => runCli(words, { env, ...changes }),
    async listKeys(prefix: string): Promise<string[]> {
      const listing = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix });
      const { Versions = [], DeleteMarkers = [] } = await client.send(listing);
      return [...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key);
    },
    async listItems(taskId: string): Promise<Item[]> {
      const query = new QueryCommand({
        TableName: table.tableName,
        KeyConditionExpression: 'task_id = :task',
        ExpressionAttributeValues: marshall({ ':task': taskId }),
      });
      const { Items = [] } = await table.client.send(query);
      return Items.map((item) => unmarshall(item));
    },
    async close(): Promise<void> {
      await locked.close();
      await Promise.all([table.close(), s3.close()]);
    },
  };
}
