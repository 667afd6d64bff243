import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import {
  addPending,
  type ArchiveEvent,
  describeArchived,
  describeFailed,
  describeTaskArchived,
  readPending,
} from '../../lib/archive-event.ts';
import type { TaskRecord } from '../../lib/record.ts';
import { createArchivedRecord, createFailedRecord } from '../support/archive-fakes.ts';

const trigger = {
  event: 'flows.tasks.completed',
  eventId: 'evt_1',
  organizationId: 'org_1',
  workflowId: 'wf_1',
  workflowName: 'NDA',
  occurredAt: '2026-03-02T11:59:00.000Z',
};
const step = { taskId: 'task_1', stepId: 'signed' };
const archived = createArchivedRecord(step, { ...trigger, leaseId: 'lease_1' });
const failed = createFailedRecord(step, { ...trigger, attempts: 2 });
const triggerJson = {
  event: 'flows.tasks.completed',
  event_id: 'evt_1',
  organization_id: 'org_1',
  workflow_id: 'wf_1',
  workflow_name: 'NDA',
  occurred_at: '2026-03-02T11:59:00.000Z',
};

describe('"Document Archived"', () => {
  it('tells what, where, its proof and what set it off, and nothing of the work', () => {
    expect(describeArchived(archived)).toEqual({
      detail_type: 'Document Archived',
      detail: {
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        task_id: 'task_1',
        step_id: 'signed',
        bucket: 'archive',
        key: 'tasks/task_1/steps/signed/NDA.pdf',
        version_id: 'v1',
        etag: '"e1"',
        file_name: 'NDA.pdf',
        content_type: 'application/pdf',
        size_bytes: 8,
        sha256: 'ab'.repeat(32),
        source_etag: '"s1"',
        warning: 'content_unrecognised',
        archived_at: '2026-03-02T12:00:00.000Z',
        ...triggerJson,
      },
    });
  });

  it('leaves out what is not known', () => {
    const { versionId: _, sourceEtag: __, warning: ___, event: ____, ...less } = archived;
    const names = Object.keys(describeArchived(less).detail);

    expect(names).not.toContain('version_id');
    expect(names).not.toContain('event');
  });

  it.each<[string, Partial<typeof archived>, boolean]>([
    ['the same version', { archivedAt: '2026-03-02T13:00:00.000Z', attempts: 7, event: 'other' }, true],
    ['another version', { versionId: 'v2' }, false],
    ['another step', { stepId: 'draft' }, false],
    ['another task', { taskId: 'task_2' }, false],
  ])('has an id by which %s is known', (_, change, isSame) => {
    const ids = [archived, { ...archived, ...change }].map((record) => describeArchived(record).detail.id);

    expect(ids[0] === ids[1]).toBe(isSame);
  });

  it('goes by the ETag where the bucket has no versions', () => {
    const ids = ['"e1"', '"e2"'].map((etag) => describeArchived({ ...archived, versionId: undefined, etag }).detail.id);

    expect(new Set(ids).size).toBe(2);
  });
});

describe('"Document Failed"', () => {
  it('tells which document, why, and what set it off', () => {
    expect(describeFailed(failed)).toEqual({
      detail_type: 'Document Failed',
      detail: {
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        task_id: 'task_1',
        step_id: 'signed',
        status: 'FAILED',
        error: { stage: 'download', code: 'too_large', message: 'Too large.' },
        attempts: 2,
        ...triggerJson,
      },
    });
  });

  it('has another id than a later failure of the same document', () => {
    expect(describeFailed({ ...failed, attempts: 3 }).detail.id).not.toBe(describeFailed(failed).detail.id);
  });
});

describe('what is pending', () => {
  const [first, second] = ['v1', 'v2'].map((versionId) => describeArchived({ ...archived, versionId })) as [
    ArchiveEvent,
    ArchiveEvent,
  ];

  it('is nothing, unless the record says so', () => {
    expect(readPending({})).toEqual([]);
  });

  it('keeps an event of an older version before the one of the new', () => {
    const eventPending = addPending({ eventPending: addPending({}, first) }, second);

    expect(readPending({ eventPending })).toEqual([first, second]);
  });

  it('keeps of failures in a row the last', () => {
    const failures = [1, 2].map((attempts) => describeFailed({ ...failed, attempts })) as [ArchiveEvent, ArchiveEvent];
    const once = addPending({ eventPending: addPending({}, first) }, failures[0]);

    expect(readPending({ eventPending: addPending({ eventPending: once }, failures[1]) })).toEqual([
      first,
      failures[1],
    ]);
  });

  it('is never more than the latest twenty: a record has room for no more', () => {
    let eventPending: string | undefined;
    for (let version = 1; version <= 30; version += 1) {
      eventPending = addPending({ eventPending }, describeArchived({ ...archived, versionId: `v${version}` }));
    }
    const versions = readPending({ eventPending }).map(({ detail }) => detail.version_id);

    expect([versions.length, versions[0], versions.at(-1)]).toEqual([20, 'v11', 'v30']);
  });

  it.each(['{', '{}', '[{"detail_type":"Document Archived"}]'])('is nothing if it was spoilt by hand (%s)', (text) => {
    expect(readPending({ eventPending: text })).toEqual([]);
  });
});

const describeTask = (record: typeof archived) =>
  describeTaskArchived({ task: record as unknown as TaskRecord, documents: [archived, failed, archived] });

describe('"Task Archived"', () => {
  it('tells which version of the manifest it is of, what set it off, and how many documents ended how', () => {
    const { bucket, key, version_id, etag, size_bytes, sha256, archived_at } = describeArchived(archived).detail;
    const manifest = { bucket, key, version_id, etag, size_bytes, sha256, archived_at };

    expect(describeTask(archived)).toEqual({
      detail_type: 'Task Archived',
      detail: {
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        task_id: 'task_1',
        ...manifest,
        ...triggerJson,
        documents: { ARCHIVED: 2, FAILED: 1 },
      },
    });
  });

  it('has an id of its own, the same for the same version', () => {
    const idOf = (record: typeof archived) => describeTask(record).detail.id;

    expect(idOf({ ...archived, attempts: 7 })).toBe(idOf(archived));
    expect(idOf({ ...archived, versionId: 'v2' })).not.toBe(idOf(archived));
    expect(idOf(archived)).not.toBe(describeArchived(archived).detail.id);
  });
});

describe.each([
  ['document-archived', archived, describeArchived],
  ['document-failed', failed, describeFailed],
  ['task-archived', archived, describeTask],
] as const)('events/%s.schema.json', (name, record, describeEvent) => {
  const readJson = async (file: string) =>
    JSON.parse(await readFile(join(import.meta.dirname, '../../events', file), 'utf8'));

  it('describes what is published', async () => {
    const schema = z.fromJSONSchema(await readJson(`${name}.schema.json`));

    expect(schema.parse(describeEvent(record).detail)).toEqual(describeEvent(record).detail);
  });

  it('names everything that is published, and what is always there', async () => {
    const { properties, required } = await readJson(`${name}.schema.json`);
    const bare = Object.fromEntries(
      Object.entries(record).filter(
        ([key]) => !(key in trigger) && !['versionId', 'sourceEtag', 'warning'].includes(key),
      ),
    ) as typeof record;

    expect(Object.keys(properties).toSorted()).toEqual(Object.keys(describeEvent(record).detail).toSorted());
    expect(required.toSorted()).toEqual(Object.keys(describeEvent(bare).detail).toSorted());
  });
});
