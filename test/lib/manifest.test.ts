import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { writeReadably } from '../../lib/canonical-json.ts';
import { type EndedTask, writeManifest } from '../../lib/manifest.ts';
import { readTaskRecord } from '../../lib/record.ts';
import { createArchivedRecord, createFailedRecord, createStepRecord } from '../support/archive-fakes.ts';

const task = readTaskRecord({
  task_id: '1',
  step_id: '#task',
  status: 'DISCOVERED',
  step_ids: ['b', 'a'],
  document_count: 2,
  unreachable_files: 1,
  event: 'flows.tasks.completed',
  event_id: 'evt_1',
  initiated_by: 'dana.levi@example.com',
  created_at: '2026-03-02T12:00:00.000Z',
  updated_at: '2026-03-02T12:00:00.000Z',
});
const archived = createArchivedRecord({ taskId: '1', stepId: 'a' }, { eventId: 'evt_1' });
const failed = createFailedRecord({ taskId: '1', stepId: 'b' });
const ended: EndedTask = { task, documents: [archived, failed] };

describe('a manifest', () => {
  it('says of each document what became of it, where it came from and where it is, and what set it off', () => {
    expect(JSON.parse(writeManifest(ended))).toEqual({
      schema: 1,
      task_id: '1',
      trigger: { event: 'flows.tasks.completed', event_id: 'evt_1', initiated_by: 'dana.levi@example.com' },
      unreachable_files: 1,
      documents: [
        {
          step_id: 'a',
          status: 'ARCHIVED',
          source: 'GET /tasks/1/steps/a/document',
          bucket: 'archive',
          key: 'tasks/1/steps/a/NDA.pdf',
          version_id: 'v1',
          etag: '"e1"',
          file_name: 'NDA.pdf',
          content_type: 'application/pdf',
          size_bytes: 8,
          sha256: 'ab'.repeat(32),
          source_etag: '"s1"',
          warning: 'content_unrecognised',
          archived_at: '2026-03-02T12:00:00.000Z',
          trigger: { event_id: 'evt_1' },
        },
        {
          step_id: 'b',
          status: 'FAILED',
          source: 'GET /tasks/1/steps/b/document',
          error: { stage: 'download', code: 'too_large' },
        },
      ],
    });
  });

  it('has its names in order, so that the same state has the same bytes', () => {
    const reversed = Object.fromEntries(Object.entries(archived).toReversed()) as typeof archived;

    expect(writeManifest({ task, documents: [reversed, failed] })).toBe(writeManifest(ended));
    expect([...writeManifest(ended).matchAll(/^ {2}"(\w+)"/gm)].map(([, name]) => name)).toEqual([
      'documents',
      'schema',
      'task_id',
      'trigger',
      'unreachable_files',
    ]);
  });

  it.each<[string, EndedTask]>([
    ['how often a document was tried', { task, documents: [{ ...archived, attempts: 9, notReadyCount: 2 }, failed] }],
    ['who works on it', { task, documents: [{ ...archived, leaseId: 'l', unfinished: '1' }, failed] }],
    ['when a record was last changed', { task: { ...task, updatedAt: '2027' }, documents: [archived, failed] }],
    [
      'that a newer copy failed',
      { task, documents: [{ ...archived, error: { stage: 'a', code: 'b', message: '' } }, failed] },
    ],
    [
      'in which words something failed',
      {
        task,
        documents: [archived, { ...failed, error: { stage: 'download', code: 'too_large', message: 'Other.' } }],
      },
    ],
    ['what asked again for what failed', { task, documents: [archived, { ...failed, eventId: 'evt_2' }] }],
    [
      'its own version',
      { task: { ...task, versionId: 'v9', etag: '"e9"', sha256: 'cd' }, documents: [archived, failed] },
    ],
  ])('does not say %s', (_, same) => {
    expect(writeManifest(same)).toBe(writeManifest(ended));
  });

  it.each<[string, EndedTask]>([
    ['a newer version', { task, documents: [{ ...archived, versionId: 'v2' }, failed] }],
    ['another end', { task, documents: [archived, { ...failed, status: 'NOT_FOUND' }] }],
    [
      'another reason',
      { task, documents: [archived, { ...failed, error: { stage: 'resolve', code: 'id_refused', message: '' } }] },
    ],
    ['one more document', { task, documents: [archived, failed, { ...failed, stepId: 'c' }] }],
    ['another trigger', { task: { ...task, eventId: 'evt_2' }, documents: [archived, failed] }],
  ])('is another with %s', (_, other) => {
    expect(writeManifest(other)).not.toBe(writeManifest(ended));
  });

  it('leaves out an error where there is none', () => {
    const notFound = createStepRecord({ taskId: '1', stepId: 'b' }, { status: 'NOT_FOUND' });

    expect(JSON.parse(writeManifest({ task, documents: [notFound] })).documents).toEqual([
      { step_id: 'b', status: 'NOT_FOUND', source: 'GET /tasks/1/steps/b/document' },
    ]);
  });
});

describe('docs/manifest.schema.json', () => {
  const read = (file: string) => readFile(join(import.meta.dirname, '../../docs', file), 'utf8');
  const readSchema = async () => z.fromJSONSchema(JSON.parse(await read('manifest.schema.json')));

  it('describes what is written', async () => {
    const manifest = JSON.parse(writeManifest(ended));

    expect((await readSchema()).parse(manifest)).toEqual(manifest);
  });

  it('describes the manifest that docs/manifest.md shows', async () => {
    const [, shown = ''] = /```json\n([\s\S]*?)```/.exec(await read('manifest.md')) ?? [];
    const manifest: unknown = JSON.parse(shown);

    expect((await readSchema()).parse(manifest)).toEqual(manifest);
    expect(shown).toBe(writeReadably(manifest));
  });

  it.each([
    ['an archived document without its hash', { ...JSON.parse(writeManifest(ended)).documents[0], sha256: undefined }],
    ['a document that has not ended', { step_id: 'a', status: 'PENDING', source: '' }],
  ])('has no place for %s', async (_, document) => {
    const manifest = { ...JSON.parse(writeManifest(ended)), documents: [JSON.parse(JSON.stringify(document))] };

    expect((await readSchema()).safeParse(manifest).success).toBe(false);
  });
});
