import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type KeySchemaElement,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { Connection } from './connection.ts';
import { type Finding, good, judge, warn, wrong } from './verdict.ts';

const showKeys = (keys: KeySchemaElement[] = []) => keys.map(({ AttributeName }) => AttributeName).join(', ');

/** The table: its keys and its index, and what protects it. */
export async function checkTable({ dynamo, table: TableName }: Connection): Promise<Finding[]> {
  let found: TableDescription = {};
  const first = await judge('table', 'dynamodb:DescribeTable', async () => {
    const { Table = {} } = await dynamo.send(new DescribeTableCommand({ TableName }));
    found = Table;
    const keys = showKeys(Table.KeySchema);
    if (keys !== 'task_id, step_id') return wrong(`its keys are ${keys}`, 'It takes a table with task_id and step_id.');
    return good(`${Table.TableArn ?? TableName} is there`);
  });
  if (first.result !== 'ok') return [first];

  const backups = judge('table backups', 'dynamodb:DescribeContinuousBackups', async () => {
    const answer = await dynamo.send(new DescribeContinuousBackupsCommand({ TableName }));
    const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    if (recovery?.PointInTimeRecoveryStatus === 'ENABLED') return good('point-in-time recovery is on');
    return warn('point-in-time recovery is off', 'Turn it on: then a slip costs seconds, not the records.');
  });
  const protection = found.DeletionProtectionEnabled
    ? good('protected against deletion')
    : warn('not protected against deletion', 'Turn deletion protection on.');
  return [
    first,
    { check: 'table index', ...judgeIndex(found) },
    await backups,
    { check: 'table protection', ...protection },
  ];
}

function judgeIndex({ GlobalSecondaryIndexes = [] }: TableDescription) {
  const index = GlobalSecondaryIndexes.find(({ IndexName }) => IndexName === 'unfinished');
  const advice = 'Add it as infrastructure/table.ts has it: sweep and `status` find unfinished records by it.';
  if (!index) return wrong('there is no index unfinished', advice);
  const keys = showKeys(index.KeySchema);
  if (keys !== 'unfinished, updated_at') return wrong(`the keys of the index unfinished are ${keys}`, advice);
  if (index.Projection?.ProjectionType !== 'ALL')
    return wrong('the index unfinished does not hold all attributes', advice);
  if (index.IndexStatus !== 'ACTIVE')
    return warn(`the index unfinished is ${index.IndexStatus}`, 'Wait until it is ACTIVE.');
  return good('unfinished is there');
}
