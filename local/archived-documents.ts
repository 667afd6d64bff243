import { createHash } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Stack } from './stack.ts';

/** A record as it stands in the table, in the names of the contract. */
export type StoredRecord = {
  task_id: string;
  step_id: string;
  status: string;
  key?: string;
  version_id?: string;
  file_name?: string;
  content_type?: string;
  size_bytes?: number;
  sha256?: string;
  attempts?: number;
  not_ready_count?: number;
  document_count?: number;
  error?: { stage: string; code: string; message: string };
  created_at: string;
  updated_at: string;
  archived_at?: string;
};

/** Every record of a task, `#task` first. */
export async function readRecords({ table }: Stack, taskId: string): Promise<StoredRecord[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.tableName,
      KeyConditionExpression: 'task_id = :task',
      ExpressionAttributeValues: { ':task': { S: taskId } },
      ConsistentRead: true,
    }),
  );
  return Items.map((item) => unmarshall(item) as StoredRecord);
}

/** The object of an archived record, read back from S3, and what its bytes really hash to. */
export async function readArchivedObject({ s3 }: Stack, { key, version_id }: StoredRecord) {
  const object = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: key, VersionId: version_id }));
  const content = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { content, sha256, contentType: object.ContentType, metadata: object.Metadata ?? {} };
}
