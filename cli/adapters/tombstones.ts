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
 * Puts a tombstone in the place of a record as it was read, or where there was none, unless somebody works on it. Says
 * whether it is there now.
 */
export const createPutTombstone =
  ({ dynamo, table: TableName }: TableOptions): PutTombstone =>
  async (tombstone, before) => {
    const updatedAt = before?.updated_at;
    const values = { now: tombstone.updated_at, ...(updatedAt !== undefined && { read: updatedAt }) };
    const asRead = updatedAt === undefined ? 'attribute_not_exists(updated_at)' : 'updated_at = :read';
    const command = new PutItemCommand({
      TableName,
      Item: marshall(tombstone),
      ConditionExpression: `${asRead} AND (attribute_not_exists(lease_expires_at) OR lease_expires_at < :now)`,
      ExpressionAttributeValues: marshall(
        Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
      ),
    });
    try {
      await dynamo.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
