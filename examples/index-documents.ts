import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { EventBridgeEvent } from 'aws-lambda';
import * as z from 'zod';

/** What this consumer needs of the detail; events/document-archived.schema.json has all of it. */
const detailSchema = z.object({
  id: z.string(),
  task_id: z.string(),
  step_id: z.string(),
  bucket: z.string(),
  key: z.string(),
  version_id: z.string().optional(),
  sha256: z.string(),
  archived_at: z.string(),
});

/**
 * A worked example of a consumer: it keeps an index of its own of the latest archived version of each document. Events
 * come at least once and in any order: one conditional write makes one that comes twice, or late, change nothing.
 * @see docs/events.md
 */
export const createIndexer =
  ({ client, tableName: TableName }: { client: DynamoDBClient; tableName: string }) =>
  async ({ detail }: EventBridgeEvent<'Document Archived', unknown>): Promise<void> => {
    const document = detailSchema.parse(detail);
    const command = new PutItemCommand({
      TableName,
      Item: marshall(document, { removeUndefinedValues: true }),
      ConditionExpression: 'attribute_not_exists(task_id) OR (id <> :id AND archived_at < :archived_at)',
      ExpressionAttributeValues: marshall({ ':id': document.id, ':archived_at': document.archived_at }),
    });
    await client.send(command).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  };
