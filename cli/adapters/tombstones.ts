import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { StoredItem, TableOptions } from './stored-items.ts';

/** All that is left of a record that was purged; `bucket` and `key` only until the object is gone, too. */
export type Tombstone = {
  task_id: string;
  step_id: string;
  schema: 1;
  status: 'PURGED';
  reason: string;
  purged_at: string;
  created_at: string;
  updated_at: string;
  bucket?: string;
  key?: string;
};

export type PutTombstone = (tombstone: Tombstone, before: StoredItem | undefined) => Promise<boolean>;

/**
 * Puts a tombstone in the place of a record as it was read, or where there was none. Says whether it is there now.
 */
export const createPutTombstone =
  ({ dynamo, table: TableName }: TableOptions): PutTombstone =>
  async (tombstone, before) => {
    const updatedAt = before?.updated_at;
    const command = new PutItemCommand({
      TableName,
      Item: marshall(tombstone),
      // Whoever claims a record changes it.
      ...(updatedAt === undefined
        ? { ConditionExpression: 'attribute_not_exists(updated_at)' }
        : {
            ConditionExpression: 'updated_at = :read',
            ExpressionAttributeValues: marshall({ ':read': updatedAt }),
          }),
    });
    try {
      await dynamo.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
