import { SHARDS } from '../lib/shard.ts';
import { createRecordTable } from './adapters/record-table.ts';
import type { Connection } from './connection.ts';

/** Of the index's partitions: documents and discoveries, open tasks, `FAILED`. */
export type Kind = '' | 't' | 'f';

/** Later than whatever a clock that goes wrong has written. */
const UNTIL = new Date('9999-12-31T23:59:59.999Z');

/** The records of one kind, as they stand in the table. Of the index only, however large the table is. */
export async function* listUnfinished(
  connection: Pick<Connection, 'dynamo' | 'table'>,
  kind: Kind,
): AsyncGenerator<Record<string, unknown>> {
  const table = createRecordTable(connection);
  for (const shard of SHARDS) yield* table.listUnfinished(kind + shard, { until: UNTIL });
}
