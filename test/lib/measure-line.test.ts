import { describe, expect, it } from '@jest/globals';
import { measureLine } from '../../lib/measure-line.ts';
import type { Measurement } from '../../lib/metrics.ts';
import { METRICS } from '../../lib/metrics.ts';

const step = { task_id: '1', step_id: 'a' };
const counts = {
  unfinished: { put_back: 2, finished: 0, gave_up: 1 },
  open: { asked: 3, completed: 1, canceled: 0, failed: 0 },
  failed: { put_back: 4 },
  events: { published: 1, unpublished: 0 },
};

type Row = [what: string, message: string, fields: Record<string, unknown>, figures: Measurement[]];

const rows: Row[] = [
  [
    'an archived document',
    'message',
    { ...step, outcome: 'archived', bytes: 8, copy_ms: 20, age_seconds: 3 },
    [
      { name: 'DocumentsArchived', value: 1 },
      { name: 'ArchivedBytes', value: 8 },
      { name: 'CopyDuration', value: 20 },
      { name: 'ArchiveAge', value: 3 },
    ],
  ],
  [
    'one of which nobody knows when its event was',
    'direct event',
    { ...step, outcome: 'archived', bytes: 0, copy_ms: 20, age_seconds: undefined },
    [
      { name: 'DocumentsArchived', value: 1 },
      { name: 'ArchivedBytes', value: 0 },
      { name: 'CopyDuration', value: 20 },
    ],
  ],
  ['an unchanged document', 'message', { ...step, outcome: 'unchanged' }, [{ name: 'DocumentsUnchanged', value: 1 }]],
  [
    'a document that failed',
    'message',
    { ...step, outcome: 'failed', code: 'too_large' },
    [{ name: 'DocumentsFailed', value: 1, code: 'too_large' }],
  ],
  [
    'a document that sweep gave up',
    'gave up',
    { ...step, outcome: 'failed', code: 'gave_up' },
    [{ name: 'DocumentsFailed', value: 1, code: 'gave_up' }],
  ],
  ['a task that failed', 'message', { task_id: '1', outcome: 'failed' }, [{ name: 'TasksFailed', value: 1 }]],
  ['a message that nobody can read', 'message', { outcome: 'failed', code: 'invalid' }, []],
  ['a message that comes back', 'message', { ...step, outcome: 'returned' }, [{ name: 'Retries', value: 1 }]],
  ['one that is sent again', 'message', { ...step, outcome: 'resent' }, [{ name: 'Retries', value: 1 }]],
  [
    'a direct event that goes on the queue',
    'direct event',
    { task_id: '1', outcome: 'queued' },
    [{ name: 'Retries', value: 1 }],
  ],
  ['a message that nobody can read, and that comes back', 'message', { outcome: 'returned', code: 'invalid' }, []],
  [
    'a document that is archived, and comes back because the bus takes no event',
    'message',
    { ...step, outcome: 'returned', code: 'bus_unavailable', bytes: 8, copy_ms: 20, age_seconds: 3 },
    [
      { name: 'DocumentsArchived', value: 1 },
      { name: 'Retries', value: 1 },
      { name: 'EventsUnpublished', value: 1 },
      { name: 'ArchivedBytes', value: 8 },
      { name: 'CopyDuration', value: 20 },
      { name: 'ArchiveAge', value: 3 },
    ],
  ],
  [
    'a document that failed, and of which the bus takes no event',
    'message',
    { ...step, outcome: 'failed', code: 'too_large', unpublished: 'bus_unavailable' },
    [
      { name: 'EventsUnpublished', value: 1 },
      { name: 'DocumentsFailed', value: 1, code: 'too_large' },
    ],
  ],
  [
    'an unchanged document, of whose task the bus takes no event',
    'message',
    { ...step, outcome: 'unchanged', unwritten: 'bus_unavailable' },
    [
      { name: 'DocumentsUnchanged', value: 1 },
      { name: 'EventsUnpublished', value: 1 },
    ],
  ],
  ['a webhook that goes on the queue', 'webhook', { task_id: '1', outcome: 'queued', status: 202 }, []],
  ['a run that the HTTP API was asked for', 'api', { task_id: '1', outcome: 'queued', status: 202 }, []],
  [
    'a webhook that is signed wrongly',
    'webhook',
    { outcome: 'refused', code: 'signature_invalid' },
    [{ name: 'UnverifiedWebhooks', value: 1 }],
  ],
  [
    'a webhook of another organisation',
    'webhook',
    { outcome: 'ignored', code: 'other_organization' },
    [{ name: 'ForeignWebhooks', value: 1 }],
  ],
  [
    'a key that the vendor refuses',
    'message',
    { ...step, outcome: 'returned', code: 'unauthorized' },
    [
      { name: 'Retries', value: 1 },
      { name: 'ApiKeyRefused', value: 1 },
    ],
  ],
  [
    'a key that the vendor refuses to sweep',
    'look-up failed',
    { task_id: '1', code: 'unauthorized' },
    [{ name: 'ApiKeyRefused', value: 1 }],
  ],
  [
    'an event that the bus does not take',
    'event unpublished',
    { ...step, code: 'bus_unavailable' },
    [{ name: 'EventsUnpublished', value: 1 }],
  ],
  [
    'a sweep',
    'sweep',
    counts,
    [
      { name: 'SweepsCompleted', value: 1 },
      { name: 'PutBackBySweep', value: 7 },
    ],
  ],
  ['a sweep that failed', 'sweep', { stage: 'record', code: 'table_unavailable' }, []],
];

describe('the line of', () => {
  it.each(rows)('%s has its figures', (_, message, fields, figures) => {
    expect(measureLine(message, fields)).toEqual(figures);
  });
});

it('knows no figure that no line has', () => {
  const measured = rows.flatMap(([, message, fields]) => measureLine(message, fields).map(({ name }) => name));

  expect(Object.keys(METRICS).filter((name) => !(measured as string[]).includes(name))).toEqual([]);
});
