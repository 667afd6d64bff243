import { describe, expect, it } from '@jest/globals';
import { describeDirect, describeQueued, describeWebhook } from '../../lib/describe-work.ts';
import { PermanentError, TransientError } from '../../lib/errors.ts';
import { createStepRecord } from '../support/archive-fakes.ts';
import { createTaskRecord } from '../support/create-task-record.ts';

const long = 'x'.repeat(2000);
const trigger = { event: 'flows.tasks.completed', eventId: 'evt_1' };
const step = { kind: 'step', taskId: '1', stepId: 'review', force: false, trigger, opensTask: false } as const;
const failure = new PermanentError({ stage: 'download', code: 'too_large', message: long });
const gone = new TransientError({ stage: 'resolve', code: 'not_found', message: 'gone' });
const unpublished = new TransientError({ stage: 'publish', code: 'bus_unavailable', message: 'down' });
const failed = { stage: 'download', code: 'too_large', reason: 'x'.repeat(1024) };

describe('describeWebhook', () => {
  const created = { event: 'flows.tasks.created', event_id: 'evt_1', data: { task_id: '1' } } as const;
  const queued = { statusCode: 202, body: '{"status":"queued"}' };

  it.each([
    ['a task event', created, { event: 'flows.tasks.created', event_id: 'evt_1', task_id: '1' }],
    ['any other event, its name cut', { event: long }, { event: 'x'.repeat(128), event_id: undefined }],
  ])('names %s', (_, webhookEvent, fields) => {
    expect(describeWebhook({ webhookEvent }, queued)).toEqual({ ...fields, outcome: 'queued', status: 202 });
  });

  it('says that a signed event is of another organisation', () => {
    const ignored = { statusCode: 202, body: '{"status":"ignored"}' };

    expect(describeWebhook({ webhookEvent: created, isForeign: true }, ignored)).toMatchObject({
      outcome: 'ignored',
      code: 'other_organization',
    });
  });

  it.each([
    [{ statusCode: 401 }, 401],
    [undefined, undefined],
  ])('knows nothing of a body that was not let in (%j)', (answer, status) => {
    expect(describeWebhook({}, answer)).toEqual({ outcome: 'refused', status });
  });
});

describe('describeQueued', () => {
  const delivery = { receiveCount: 3, isLast: false, receivedAt: 0, jitter: 0 };
  const acknowledged = { settlement: { action: 'acknowledge', delaySeconds: 0 }, isAcknowledged: true } as const;
  const archivedAt = '2026-03-02T12:00:30.000Z';
  const archived = createStepRecord(
    { taskId: '1', stepId: 'review' },
    { status: 'ARCHIVED', sizeBytes: 8, archivedAt },
  );
  const ended = { ...archived, status: 'FAILED' } as const;
  const task = createTaskRecord('1');

  it('names the step, the message and its receipt', () => {
    const result = { kind: 'ignored', event: 'odd' } as const;

    expect(describeQueued({ message: step, delivery, messageId: 'm' }, { ...acknowledged, result })).toEqual({
      task_id: '1',
      step_id: 'review',
      event: 'flows.tasks.completed',
      event_id: 'evt_1',
      message_id: 'm',
      receive_count: 3,
      outcome: 'ignored',
    });
  });

  it.each([
    ['noted', { kind: 'noted', record: undefined }, { outcome: 'noted' }],
    ['discovered', { kind: 'task', record: task }, { outcome: 'discovered' }],
    [
      'not discovered',
      { kind: 'task', record: { ...task, status: 'FAILED' }, failure },
      { outcome: 'failed', ...failed },
    ],
    [
      'archived',
      { kind: 'step', record: archived, copyMs: 20 },
      { outcome: 'archived', bytes: 8, copy_ms: 20, attempt: 1 },
    ],
    [
      'archived, and is still to be published',
      { kind: 'step', record: archived, copyMs: 20, unpublished },
      { outcome: 'archived', bytes: 8, copy_ms: 20, attempt: 1, unpublished: 'bus_unavailable' },
    ],
    ['unchanged', { kind: 'step', record: archived }, { outcome: 'unchanged', attempt: 1 }],
    ['failed for good', { kind: 'step', record: ended, failure }, { outcome: 'failed', attempt: 1, ...failed }],
    [
      'kept for want of a newer one',
      { kind: 'step', record: archived, failure },
      { outcome: 'failed', attempt: 1, ...failed },
    ],
    [
      'kept for want of any at all',
      { kind: 'step', record: archived, failure: gone },
      { outcome: 'kept', attempt: 1, stage: 'resolve', code: 'not_found', reason: 'gone' },
    ],
  ] as const)('says what was %s', (_, result, fields) => {
    const {
      message_id: _id,
      receive_count: _count,
      ...described
    } = describeQueued({ delivery, messageId: 'm' }, { ...acknowledged, result });

    expect(described).toEqual(fields);
  });

  it.each([
    ['2026-03-02T12:00:00.000Z', 30],
    [archivedAt, 0],
    ['2026-03-02T13:00:00.000Z', undefined],
    ['yesterday', undefined],
    [undefined, undefined],
  ])('says how long after its event (%s) a document was archived', (occurredAt, age) => {
    const message = { ...step, trigger: { ...trigger, occurredAt } };
    const result = { kind: 'step', record: archived, copyMs: 20 } as const;

    expect(describeQueued({ message, delivery, messageId: 'm' }, { ...acknowledged, result })).toMatchObject({
      outcome: 'archived',
      age_seconds: age,
    });
  });

  it.each([
    ['return', false, 'returned'],
    ['return', true, 'failed'],
    ['resend', true, 'resent'],
  ] as const)('says what becomes of a message that failed (%s, last receive: %p)', (action, isLast, outcome) => {
    const settled = { settlement: { action, delaySeconds: 60 }, isAcknowledged: false };

    expect(describeQueued({ delivery: { ...delivery, isLast }, messageId: 'm' }, settled)).toMatchObject({
      outcome,
      delay_seconds: 60,
    });
  });
});

describe('describeDirect', () => {
  const record = createStepRecord({ taskId: '1', stepId: 'review' }, { status: 'ARCHIVED', sizeBytes: 8 });

  it.each([
    ['nothing', undefined, {}],
    ['that it is on the queue', { status: 'queued' }, { outcome: 'queued' }],
    [
      'what was archived',
      { kind: 'step', record, copyMs: 20 },
      { outcome: 'archived', bytes: 8, copy_ms: 20, attempt: 1 },
    ],
    ['what was unchanged', { kind: 'step', record }, { outcome: 'unchanged', attempt: 1 }],
    [
      'what failed',
      { kind: 'step', record: { ...record, status: 'FAILED' }, failure },
      { outcome: 'failed', attempt: 1, ...failed },
    ],
  ] as const)('says %s', (_, result, fields) => {
    expect(describeDirect({}, result)).toEqual(fields);
  });

  it.each([
    [{ kind: 'ignored', event: long }, { event: 'x'.repeat(128) }],
    [{ kind: 'cancel', taskId: '1', trigger: {} }, { task_id: '1' }],
  ] as const)('names the message, its event cut (%#)', (message, fields) => {
    expect(describeDirect({ message }, undefined)).toEqual(fields);
  });
});
