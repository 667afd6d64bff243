import { expect } from '@jest/globals';
import { type ArchiveWorld, hashOf, type ReceiveOptions } from './archive-world.ts';
import { reportFault } from './report-fault.ts';
import { link, type Script, serve, SIGNATURE } from './scripted-server.ts';

/** A document whose source misbehaves once. */
export type FaultyTry = {
  /** What has to be archived in the end. */
  content: Buffer;
  /** A link by default. */
  vendor?: readonly Script[];
  /** The document by default. */
  storage?: readonly Script[];
  options?: ReceiveOptions;
};

export type Outcome = {
  settled: string;
  status: unknown;
  error: unknown;
  asked: { vendor: number; storage: number };
  /** `Range` of each request to the storage host, or `none`. */
  ranges: string[];
};

/**
 * Counts what becomes of documents under one kind of fault. Each is tried twice: while the source misbehaves, when
 * nothing wrong may be left anywhere, and, where that archived nothing, after it has healed: then the document has to be
 * there, once.
 */
export function createFaultTally(world: ArchiveWorld, fault: string) {
  const row = { fault, tried: 0, lost: 0, wrongVersions: 0 };

  const receive = (taskId: string, receiveCount: number, options?: ReceiveOptions) =>
    world.receive([{ body: { task_id: taskId, step_id: 'step' }, receiveCount }], options);

  /** Without a fault any more. */
  async function heal(taskId: string, content: Buffer): Promise<Seen> {
    world.vendor.script(taskId, [link()]);
    world.storage.script(taskId, [serve(content, { etag: '"healed"' })]);
    await receive(taskId, 2);
    return look(world, taskId);
  }

  function count({ record, stored }: Seen, sha256: string): void {
    const right = stored.filter((version) => version.sha256 === sha256 && version.versionId === record.version_id);
    row.tried += 1;
    if (record.status !== 'ARCHIVED' || record.sha256 !== sha256 || right.length === 0) row.lost += 1;
    row.wrongVersions += stored.length - right.length;
  }

  return {
    async send({ content, vendor = [link()], storage = [serve(content)], options }: FaultyTry): Promise<Outcome> {
      const taskId = world.createTaskId();
      world.vendor.script(taskId, vendor);
      world.storage.script(taskId, storage);
      const { settled, lines } = await receive(taskId, 1, options);
      const seen = await look(world, taskId);
      const outcome = describeOutcome(world, taskId, { settled: settled[0] as string, record: seen.record });
      const sha256 = hashOnce(content);
      checkNothingIsWrong(seen, lines, { sha256, sizeBytes: content.length });
      count(seen.record.status === 'ARCHIVED' ? seen : await heal(taskId, content), sha256);
      return outcome;
    },
    /** Hands the counts to the table, and holds them against what the archive promises. */
    report() {
      reportFault(row);
      expect(row).toMatchObject({ lost: 0, wrongVersions: 0 });
    },
  };
}

type Seen = {
  record: Record<string, unknown>;
  stored: { sha256: string; versionId: string | undefined }[];
  uploads: unknown[];
};

const look = async (world: ArchiveWorld, taskId: string): Promise<Seen> => ({
  record: (await world.readRecord(taskId)) ?? {},
  stored: await world.listStored(taskId),
  uploads: await world.listUploads(),
});

const hashes = new WeakMap<Buffer, string>();

function hashOnce(content: Buffer): string {
  const hash = hashes.get(content) ?? hashOf(content);
  hashes.set(content, hash);
  return hash;
}

type Ended = { settled: string; record: Record<string, unknown> };

function describeOutcome(world: ArchiveWorld, taskId: string, { settled, record }: Ended): Outcome {
  const requests = world.storage.listRequests(taskId);
  return {
    settled,
    status: record.status,
    error: (record.error as { code: string } | undefined)?.code,
    asked: { vendor: world.vendor.listRequests(taskId).length, storage: requests.length },
    ranges: requests.map(({ headers }) => headers.range ?? 'none'),
  };
}

/** What holds whatever the source did. */
function checkNothingIsWrong(
  { record, stored, uploads }: Seen,
  lines: readonly unknown[],
  right: { sha256: string; sizeBytes: number },
): void {
  const isArchived = record.status === 'ARCHIVED';
  expect(stored.map(({ sha256 }) => sha256)).toEqual(isArchived ? [right.sha256] : []);
  expect(uploads).toEqual([]);
  expect(record.status).toMatch(/^(?:ARCHIVED|PENDING|FAILED)$/);
  expect(record).not.toHaveProperty('lease_id');
  if (isArchived) expect(record).toMatchObject({ sha256: right.sha256, size_bytes: right.sizeBytes });
  expect(lines).toHaveLength(1);
  expect(JSON.stringify({ record, lines })).not.toContain(SIGNATURE);
}
