import { createDynamoTable } from '../lib/adapters/dynamo-table.ts';
import { SHARDS } from '../lib/shard.ts';
import type { Connection } from './connection.ts';

/** Of the index's partitions: documents and discoveries, open tasks, `FAILED`. */
export type Kind = '' | 't' | 'f';

/** Later than whatever a clock that goes wrong has written. */
const UNTIL = new Date('9999-12-31T23:59:59.999Z');

/** The records of one kind, as they stand in the table. Of the index only, however large the table is. */
export async function* listUnfinished(
  { dynamo, table }: Pick<Connection, 'dynamo' | 'table'>,
  kind: Kind,
): AsyncGenerator<Record<string, unknown>> {
  const { listUnfinished: list } = createDynamoTable({ client: dynamo, tableName: table, now: Date.now });
  for (const shard of SHARDS) yield* list(kind + shard, { until: UNTIL });
}
