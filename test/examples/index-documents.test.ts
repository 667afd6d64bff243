import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createIndexer } from '../../examples/index-documents.ts';
import { startTestTable } from '../support/services.ts';

type Table = Awaited<ReturnType<typeof startTestTable>>;

const sample = JSON.parse(await readFile(join(import.meta.dirname, '../../events/bus.document-archived.json'), 'utf8'));
const newer = { id: 'newer', version_id: 'v2', archived_at: '2027-01-01T00:00:00.000Z' };

let table: Table;
beforeEach(async () => {
  table = await startTestTable();
});
afterEach(async () => {
  await table.close();
});

async function index(...changes: object[]) {
  const indexDocument = createIndexer(table);
  for (const change of changes) await indexDocument({ ...sample, detail: { ...sample.detail, ...change } });
  const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
  return Items.map((item) => unmarshall(item));
}

describe('the index', () => {
  it('has what the sample says', async () => {
    const { id, key, sha256 } = sample.detail;

    expect(await index({})).toEqual([expect.objectContaining({ id, key, sha256 })]);
  });

  it.each([
    ['an event comes twice', [{}, {}], sample.detail.id],
    ['there is a newer version', [{}, newer], 'newer'],
    ['the older event comes late', [newer, {}], 'newer'],
  ])('has the latest version when %s', async (_, changes, id) => {
    expect(await index(...changes)).toEqual([expect.objectContaining({ id })]);
  });

  it('keeps documents apart', async () => {
    expect(await index({}, { id: 'other', step_id: 'other_step' })).toHaveLength(2);
  });
});

it('fails, so that the event comes again, when the table cannot be reached', async () => {
  const { client, tableName, close } = await startTestTable();
  await close();

  await expect(createIndexer({ client, tableName })(sample)).rejects.toThrow();
});
