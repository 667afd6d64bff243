import { crc32 as computeCrc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { StoredItem } from '../../cli/adapters/stored-items.ts';
import type { OpenObject } from '../../cli/adapters/archived-objects.ts';
import { verifyDocument } from '../../cli/verify-document.ts';
import { encodeCrc32 } from '../../lib/crc32.ts';
import { createDigest } from '../../lib/digest.ts';
import { createItem } from '../support/verify-world.ts';

const describeBytes = (content: Buffer) => {
  const digest = createDigest();
  digest.update(content);
  return { ...digest.finish(), crc32: encodeCrc32(computeCrc32(content)) };
};

const createArchived = (content: Buffer, changes: Record<string, unknown> = {}): StoredItem => ({
  ...createItem('1', 'review_step', 'ARCHIVED'),
  bucket: 'archive',
  key: 'tasks/1/steps/review_step/NDA.pdf',
  version_id: 'v1',
  etag: '"etag"',
  file_name: 'NDA.pdf',
  content_type: 'application/pdf',
  size_bytes: content.length,
  sha256: describeBytes(content).sha256,
  archived_at: '2026-01-02T03:04:05.678Z',
  ...changes,
});

async function* cutOff(content: Buffer): AsyncGenerator<Buffer> {
  yield content.subarray(0, 2);
  throw new Error('aborted');
}

const createObject = (content: Buffer, changes: Partial<OpenObject> = {}): OpenObject => ({
  etag: '"etag"',
  contentType: 'application/pdf',
  metadata: { 'task-id': '1', 'step-id': 'review_step' },
  sha256: undefined,
  crc32: undefined,
  body: (async function* () {
    yield content;
  })(),
  ...changes,
});

type World = { objects: (OpenObject | undefined | Error)[]; records?: (StoredItem | undefined)[] };

/** Verifies `item` against objects and records as they are read, one after the other. */
async function verify(item: StoredItem, { objects, records = [item] }: World) {
  const waits: number[] = [];
  const outcome = await verifyDocument(item, {
    openArchived: async () => {
      const object = objects.length > 1 ? objects.shift() : objects[0];
      if (object instanceof Error) throw object;
      return object;
    },
    records: { read: async () => (records.length > 1 ? records.shift() : records[0]) },
    onBytes: () => undefined,
    wait: async (ms) => void waits.push(ms),
    signal: new AbortController().signal,
  });
  return { outcome, waits };
}

const content = Buffer.from('a contract');
const item = createArchived(content);
const { crc32, sha256 } = describeBytes(content);

describe('verifyDocument', () => {
  it.each([
    ['its SHA-256', { sha256: Buffer.from(sha256, 'hex').toString('base64') }, 'sha256'],
    ['a CRC-32 of the whole', { crc32 }, 'crc32'],
    ['none', {}, 'none'],
  ])('takes an object for right of which S3 keeps %s', async (_, kept, checksum) => {
    const { outcome } = await verify(item, { objects: [createObject(content, kept)] });
    expect(outcome).toEqual({ kind: 'right', checksum });
  });

  it('finds that the CRC-32 that S3 keeps is another one', async () => {
    const { outcome } = await verify(item, { objects: [createObject(content, { crc32: 'AAAAAA==' })] });
    expect(outcome).toMatchObject({
      kind: 'different',
      finding: { differences: [{ field: 'crc32 that S3 keeps', expected: 'AAAAAA==', found: crc32 }] },
    });
  });

  it('reads again where the connection drops', async () => {
    const objects = [createObject(content, { body: cutOff(content) }), createObject(content)];
    const { outcome, waits } = await verify(item, { objects });
    expect([outcome.kind, waits]).toEqual(['right', [1_000]]);
  });

  it('calls it unreadable when the connection drops each time', async () => {
    const { outcome, waits } = await verify(item, { objects: [new Error('socket hang up')] });
    expect(outcome).toMatchObject({ kind: 'unreadable', finding: { reason: 'socket hang up' } });
    expect(waits).toEqual([1_000, 2_000]);
  });

  it('takes no newer copy that was recorded meanwhile for a difference', async () => {
    const newer = Buffer.from('a newer contract');
    const records = [createArchived(newer, { version_id: 'v2' })];
    const { outcome } = await verify(item, { objects: [createObject(newer), createObject(newer)], records });
    expect(outcome.kind).toBe('right');
  });

  it('counts by its status what is no longer archived', async () => {
    const records = [createItem('1', 'review_step', 'NOT_FOUND')];
    const { outcome } = await verify(item, { objects: [undefined], records });
    expect(outcome).toEqual({ kind: 'not_archived', status: 'NOT_FOUND' });
  });

  it('gives no verdict on what an interruption broke off', async () => {
    const interruption = new AbortController();
    const verifying = verifyDocument(item, {
      openArchived: async () => {
        interruption.abort();
        throw new Error('aborted');
      },
      records: { read: async () => item },
      onBytes: () => undefined,
      wait: async () => undefined,
      signal: interruption.signal,
    });
    await expect(verifying).rejects.toThrow('aborted');
  });

  it('keeps its verdict when the record changes without end', async () => {
    let changes = 0;
    const reading = {
      read: async () => {
        changes += 1;
        return createArchived(content, { updated_at: String(changes) });
      },
    };
    const outcome = await verifyDocument(item, {
      openArchived: async () => undefined,
      records: reading,
      onBytes: () => undefined,
      wait: async () => undefined,
      signal: new AbortController().signal,
    });
    expect([outcome.kind, changes]).toEqual(['missing', 2]);
  });
});
