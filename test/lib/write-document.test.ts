import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { TransientError } from '../../lib/errors.ts';
import type { FoundObject, WriteCondition, WriteOutcome } from '../../lib/ports.ts';
import { writeDocument } from '../../lib/write-document.ts';

const body = Buffer.from('%PDF-1.7');
const crc32 = 'AAAAAA==';
let crcCount = 0;
const content = {
  sha256: createHash('sha256').update(body).digest('hex'),
  crc32: () => {
    crcCount += 1;
    return crc32;
  },
  sizeBytes: body.length,
};
const written: WriteOutcome = { kind: 'written', etag: '"new"', versionId: 'v2' };
const exists: WriteOutcome = { kind: 'exists' };
const there: FoundObject = { etag: '"there"', versionId: 'v1', sizeBytes: body.length };

type Case = {
  outcomes: WriteOutcome[];
  found?: FoundObject;
  etag?: string;
  recorded?: { sha256: string; versionId: string };
  holdsLease?: boolean;
  isLeaseOver?: boolean;
  readBack?: Buffer;
};

/** Writes against a store that answers as it is told, and keeps what it was asked for. */
async function write({ outcomes, found, etag, recorded, readBack = body, ...lease }: Case) {
  const { holdsLease = true, isLeaseOver = false } = lease;
  const conditions: WriteCondition[] = [];
  const readVersions: (string | undefined)[] = [];
  const stored = await writeDocument({
    store: {
      findObject: async () => found,
      readObject: async (_, versionId) => {
        readVersions.push(versionId);
        return (async function* () {
          yield readBack;
        })();
      },
    },
    key: 'a.pdf',
    content,
    recorded: { etag, ...recorded },
    write: async (condition) => {
      conditions.push(condition);
      return outcomes[Math.min(conditions.length, outcomes.length) - 1] as WriteOutcome;
    },
    assertLease: async () => {
      if (!holdsLease) throw new TransientError({ stage: 'record', code: 'lease_lost', message: 'lost' });
    },
    isLeaseOver: () => isLeaseOver,
    signal: new AbortController().signal,
  });
  return { stored, conditions: conditions.map((condition) => condition.etag), readVersions };
}

describe('writeDocument', () => {
  it('writes a new key once', async () => {
    expect(await write({ outcomes: [written] })).toMatchObject({ stored: written, conditions: [undefined] });
  });

  it('asks for the CRC-32 only where it has to compare one', async () => {
    const before = crcCount;
    await write({ outcomes: [written] });
    await write({ outcomes: [exists], found: { ...there, sha256: content.sha256 } });

    expect(crcCount).toBe(before);
  });

  it('writes over what is recorded', async () => {
    expect(await write({ outcomes: [written], etag: '"old"' })).toMatchObject({ conditions: ['"old"'] });
  });

  it.each([
    ['has our SHA-256 in its metadata', { ...there, sha256: content.sha256, sizeBytes: 1 }],
    ['has our length and our CRC', { ...there, crc32 }],
  ])('takes what is there for ours when it %s', async (_, found) => {
    const { stored, conditions, readVersions } = await write({ outcomes: [exists], found });

    expect(stored).toMatchObject({ etag: '"there"', versionId: 'v1' });
    expect([conditions, readVersions]).toEqual([[undefined], []]);
  });

  it('reads back what has no checksum, the very version', async () => {
    const { stored, readVersions } = await write({ outcomes: [exists], found: there });

    expect(stored).toMatchObject({ etag: '"there"' });
    expect(readVersions).toEqual(['v1']);
  });

  it.each([
    ['another SHA-256', { found: { ...there, sha256: 'other', crc32 } }],
    ['another length', { found: { ...there, sizeBytes: 1, crc32 } }],
    ['another CRC', { found: { ...there, crc32: 'BBBBBB==' } }],
    ['other bytes', { found: there, readBack: Buffer.from('%PDF-1.6') }],
  ])('writes a new version over an object with %s', async (_, rest) => {
    expect(await write({ outcomes: [exists, written], ...rest })).toMatchObject({
      stored: { etag: '"new"' },
      conditions: [undefined, '"there"'],
    });
  });

  it('writes anew when what was there is gone by the time it looks', async () => {
    expect(await write({ outcomes: [exists, written], etag: '"old"' })).toMatchObject({
      conditions: ['"old"', undefined],
    });
  });

  it('writes anew when what is recorded is gone', async () => {
    expect(await write({ outcomes: [{ kind: 'missing' }, written], etag: '"old"' })).toMatchObject({
      conditions: ['"old"', undefined],
    });
  });

  it('writes the same again after a conflict', async () => {
    expect(await write({ outcomes: [{ kind: 'conflict' }, written], etag: '"old"' })).toMatchObject({
      conditions: ['"old"', '"old"'],
    });
  });

  it.each(['exists', 'missing', 'conflict'] as const)('writes no second time without the lease (%s)', async (kind) => {
    const found = { ...there, sha256: 'other' };
    const attempt = write({ outcomes: [{ kind }, written], etag: '"old"', found, holdsLease: false });

    await expect(attempt).rejects.toMatchObject({ code: 'lease_lost' });
  });

  it('writes not even once without the lease when its time is over', async () => {
    const attempt = write({ outcomes: [written], holdsLease: false, isLeaseOver: true });

    await expect(attempt).rejects.toMatchObject({ code: 'lease_lost' });
  });

  it('writes after the time of the lease as long as nobody else has claimed it', async () => {
    expect(await write({ outcomes: [written], isLeaseOver: true })).toMatchObject({ stored: written });
  });

  const same = { sha256: content.sha256, versionId: 'v0' };

  it('takes a newer version of the recorded bytes for what a lost write has left', async () => {
    const { stored, conditions } = await write({ outcomes: [written], etag: '"there"', found: there, recorded: same });

    expect([stored, conditions]).toEqual([there, []]);
  });

  it.each([
    ['lies there', { ...there, versionId: 'v0' }],
    ['is hidden by other bytes', { ...there, sizeBytes: 1 }],
    ['is gone', undefined],
  ])('writes the recorded bytes again when the recorded version %s', async (_, found) => {
    const rewriting = write({ outcomes: [written], etag: '"there"', recorded: same, ...(found && { found }) });

    expect(await rewriting).toMatchObject({ stored: written, conditions: ['"there"'] });
  });

  it('finds its own object behind an upload that is gone', async () => {
    const found = { ...there, crc32 };

    expect(await write({ outcomes: [{ kind: 'upload_gone' }], found })).toMatchObject({ stored: { etag: '"there"' } });
  });

  it.each([
    ['nothing', undefined],
    ['another object', { ...there, crc32: 'BBBBBB==' }],
  ])('begins again behind an upload that is gone and left %s', async (_, found) => {
    const attempt = write({ outcomes: [{ kind: 'upload_gone' }], ...(found && { found }) });

    await expect(attempt).rejects.toMatchObject({ code: 'upload_gone', retry: { startOver: true } });
  });

  it('gives up for now after five writes', async () => {
    await expect(write({ outcomes: [{ kind: 'conflict' }] })).rejects.toMatchObject({ code: 'write_conflict' });
  });
});
