import { expect } from '@jest/globals';
import { type ArchiveWorld, hashOf, type ReceiveOptions, type Settlement } from './archive-world.ts';
import { link, type Script, serve, SIGNATURE } from './scripted-server.ts';

export const pdf = Buffer.from('%PDF-1.7\n% a contract\n%%EOF\n');

type Status = 'PENDING' | 'ARCHIVED' | 'NOT_AVAILABLE' | 'NOT_FOUND' | 'FAILED';

/** One row of the contract's table: what comes, and everything that is seen of it afterwards. */
export type AnswerRow = {
  /** The sentence. */
  it: string;
  /** A link by default. */
  vendor?: Script[];
  /** The document by default. */
  storage?: Script[];
  receiveCount?: number;
  force?: boolean;
  options?: ReceiveOptions;
  then: Settlement;
  status: Status;
  error?: string;
  notReadyCount?: number;
  /** Further attributes of the record. */
  record?: Record<string, unknown>;
  /** All versions in the bucket, the oldest first. */
  stored?: Buffer[];
  /** How often each was asked. */
  asked?: { vendor?: number; storage?: number };
};

/** The shard of the index `unfinished`, by what is left to do. */
export const shardOf = (status: Status, wasArchived = false) => {
  if (status === 'PENDING' || wasArchived) return expect.stringMatching(/^[0-7]$/);
  return status === 'FAILED' ? expect.stringMatching(/^f[0-7]$/) : undefined;
};

/** Sends one message through the world, scripted as the row says, and holds everything that is seen against it. */
export async function checkAnswer(world: ArchiveWorld, row: AnswerRow): Promise<string> {
  const taskId = world.createTaskId();
  world.vendor.script(taskId, row.vendor ?? [link()]);
  world.storage.script(taskId, row.storage ?? [serve(pdf)]);
  const body = { task_id: taskId, step_id: 'step', ...(row.force ? { force: true } : {}) };
  const { settled, lines } = await world.receive([{ body, receiveCount: row.receiveCount ?? 1 }], row.options);

  const record = await world.readRecord(taskId);
  expect({ settled, ...record }).toMatchObject({
    settled: [row.then],
    status: row.status,
    not_ready_count: row.notReadyCount ?? 0,
    attempts: 1,
    ...row.record,
  });
  expect(record?.error).toEqual(
    row.error && { stage: expect.any(String), code: row.error, message: expect.any(String) },
  );
  expect(record?.unfinished).toEqual(shardOf(row.status));
  expect(record).not.toHaveProperty('lease_id');
  expect(record).not.toHaveProperty('lease_expires_at');

  const stored = await world.listStored(taskId);
  expect(stored.map(({ sha256 }) => sha256)).toEqual((row.stored ?? []).map(hashOf));
  expect(await world.listUploads()).toEqual([]);
  if (row.status === 'ARCHIVED') {
    const { key, versionId, etag, sha256 } = stored.at(-1) as (typeof stored)[number];
    expect(record).toMatchObject({ key, version_id: versionId, etag, sha256, size_bytes: row.stored?.at(-1)?.length });
  }

  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ task_id: taskId, step_id: 'step', attempt: 1 });
  expect(lines[0]?.code).toBe(row.error);
  checkSecrecy(world, taskId, { record, lines });
  const counts = {
    vendor: world.vendor.listRequests(taskId).length,
    storage: world.storage.listRequests(taskId).length,
  };
  expect(counts).toMatchObject(row.asked ?? {});
  return taskId;
}

/** The key goes to the vendor only, and neither it nor a signature gets into a record or a line. */
function checkSecrecy(world: ArchiveWorld, taskId: string, written: object): void {
  expect(world.storage.listRequests(taskId).filter(({ headers }) => 'x-api-key' in headers)).toEqual([]);
  expect(world.vendor.listRequests(taskId).filter(({ headers }) => !('x-api-key' in headers))).toEqual([]);
  expect(JSON.stringify(written)).not.toContain(SIGNATURE);
  expect(JSON.stringify(written)).not.toContain('ca_key');
}
