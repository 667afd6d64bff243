import { paginateScan } from '@aws-sdk/client-dynamodb';
import { readPages, type TableOptions } from './stored-items.ts';

/** Step and status of every record there is. Reads, and is charged for, the whole table. */
export const scanStatuses = ({ dynamo, table }: TableOptions) =>
  readPages(
    paginateScan(
      { client: dynamo },
      {
        TableName: table,
        ProjectionExpression: 'step_id, #status',
        ExpressionAttributeNames: { '#status': 'status' },
      },
    ),
  );
