import { describe, expect, it } from '@jest/globals';
import { RefusedError } from '../../lib/errors.ts';
import { isTaskEvent, parseWebhookEvent } from '../../lib/webhook-event.ts';

const envelope = { event_id: 'evt_1', organization_id: 'org_1', timestamp: '2025-11-24T09:30:12.418Z' };
const task = { task_id: 'task_1', workflow_id: 'wf_1', workflow_name: 'Übersicht', initiated_by: 'a@b.c' };
const TASK_EVENTS = [
  'flows.tasks.completed',
  'flows.tasks.created',
  'flows.tasks.canceled',
  'flows.tasks.step_change',
] as const;

function listIssues(body: unknown) {
  try {
    return parseWebhookEvent(body);
  } catch (error) {
    return error instanceof RefusedError ? error.issues.map(({ path }) => path) : error;
  }
}

describe('parseWebhookEvent', () => {
  it.each(TASK_EVENTS)('keeps of %s what archiving uses, and nothing else', (event) => {
    const body = { event, ...envelope, data: { ...task, variables: { salary: 1 }, outputs: {} }, more: 1 };

    expect(parseWebhookEvent(body)).toEqual({ event, ...envelope, data: task });
  });

  it('keeps the step that a step change has left, without who did it', () => {
    const data = {
      ...task,
      previous_step: { step_id: 'draft', step_name: 'Draft', completed_by: 'a@b.c', outcome: 'approved' },
      current_step: { step_id: 'b' },
    };

    expect(parseWebhookEvent({ event: 'flows.tasks.step_change', ...envelope, data })).toEqual({
      event: 'flows.tasks.step_change',
      ...envelope,
      data: { ...task, previous_step: { step_id: 'draft' } },
    });
  });

  it.each([undefined, null])('takes a step change whose previous_step is %p', (previous) => {
    const data = { task_id: 'task_1', previous_step: previous };

    expect(parseWebhookEvent({ event: 'flows.tasks.step_change', data })).toMatchObject({
      data: { task_id: 'task_1' },
    });
  });

  it.each(TASK_EVENTS)('takes numbers for ids in %s', (event) => {
    const data = { task_id: 12345, previous_step: { step_id: 7 } };

    expect(parseWebhookEvent({ event, data })).toMatchObject({ event, data: { task_id: '12345' } });
  });

  it.each(TASK_EVENTS)('loses no %s when all it could do without is of another type', (event) => {
    const odd = { event_id: {}, organization_id: [], timestamp: true };
    const data = { task_id: 'task_1', workflow_id: null, workflow_name: false, variables: 'none', current_step: 1 };

    expect(parseWebhookEvent({ event, ...odd, data })).toEqual({ event, data: { task_id: 'task_1' } });
  });

  it('is the same when it reads what it has written', () => {
    const data = { ...task, workflow_name: 'ü📄'.repeat(600), previous_step: { step_id: 7 } };
    const once = parseWebhookEvent({ event: 'flows.tasks.step_change', ...envelope, data });

    expect(parseWebhookEvent(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it.each(['flows.tasks.commented', 'core.document.uploaded', 'flows.tasks.invented', 'constructor'])(
    'takes %s, of whatever shape its data is',
    (event) => {
      const parsed = parseWebhookEvent({ event, ...envelope, data: 'anything' });

      expect(parsed).toEqual({ event, ...envelope });
      expect(isTaskEvent(parsed)).toBe(false);
    },
  );

  it.each(TASK_EVENTS)('knows %s as an event of a task', (event) => {
    expect(isTaskEvent(parseWebhookEvent({ event, data: task }))).toBe(true);
  });

  it.each([null, undefined, 'text', 1, true, []])('refuses %p, which is no object', (body) => {
    expect(listIssues(body)).toEqual(['']);
  });

  it.each([
    ['', null],
    ['data: ', { event: 'flows.tasks.completed' }],
    ['data: ', { event: 'flows.tasks.step_change', data: 1 }],
    ['data.previous_step: ', { event: 'flows.tasks.step_change', data: { ...task, previous_step: 'step_1' } }],
  ])('says that %san object was expected', (place, body) => {
    expect(() => parseWebhookEvent(body)).toThrow(`${place}expected a JSON object`);
  });

  it.each([undefined, null, '', 1, {}])('refuses a body whose event is %p', (event) => {
    expect(() => parseWebhookEvent({ event, data: task })).toThrow('event: expected the name of an event');
  });

  it.each(TASK_EVENTS)('refuses %s without its task', (event) => {
    expect(listIssues({ event })).toEqual(['data']);
    expect(listIssues({ event, data: null })).toEqual(['data']);
    expect(listIssues({ event, data: {} })).toEqual(['data.task_id']);
    expect(listIssues({ event, data: { task_id: '../a' } })).toEqual(['data.task_id']);
  });

  it.each([{}, { step_id: null }, { step_id: '#task' }, { step_id: 'a/b' }])(
    'refuses a step change from a step that is %p',
    (previous) => {
      const body = { event: 'flows.tasks.step_change', data: { task_id: 'task_1', previous_step: previous } };

      expect(listIssues(body)).toEqual(['data.previous_step.step_id']);
    },
  );
});
