import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { RefusedError } from '../../lib/errors.ts';
import { type Message, parseMessage, writeRequest } from '../../lib/queue-message.ts';
import { parseWebhookEvent } from '../../lib/webhook-event.ts';

const task = { kind: 'task', taskId: '12345', force: false, trigger: {} };
const step = { kind: 'step', taskId: '12345', stepId: 'review_step', force: false, opensTask: false, trigger: {} };

const about = { workflow_id: 'wf_1', workflow_name: 'Übersicht' };
const envelope = { event_id: 'evt_1', organization_id: 'org_1', timestamp: '2025-11-24T09:30:12Z' };
const hook = (event: string, data: object = {}) => ({
  event,
  ...envelope,
  data: { task_id: '12345', ...about, ...data },
});
const triggerOf = (event: string) => ({
  event,
  eventId: 'evt_1',
  organizationId: 'org_1',
  workflowId: 'wf_1',
  workflowName: 'Übersicht',
  occurredAt: '2025-11-24T09:30:12Z',
});
const CHANGE = 'flows.tasks.step_change';

const requests: [name: string, body: object, message: object][] = [
  ['a task', { task_id: '12345' }, task],
  ['a task under a number', { task_id: 12345 }, task],
  ['a task whose step is null', { task_id: '12345', step_id: null }, task],
  ['a step', { task_id: '12345', step_id: 'review_step' }, step],
  ['a step under a number', { task_id: 12345, step_id: 7 }, { ...step, stepId: '7' }],
  ['an uploaded file', { task_id: '12345', step_id: '#file:document_1' }, { ...step, stepId: '#file:document_1' }],
  ['a signed document', { task_id: 12345, step_id: '#signed:7' }, { ...step, stepId: '#signed:7' }],
  ['a forced task', { task_id: '12345', force: true }, { ...task, force: true }],
  ['a forced step', { task_id: '12345', step_id: 'review_step', force: true }, { ...step, force: true }],
  ['a task with a force that is not true', { task_id: '12345', force: 'yes' }, task],
  ['a task, although a manifest is named', { task_id: '12345', manifest_of: '1' }, task],
  ['a task, whatever else is in it', { ...hook('flows.tasks.canceled'), task_id: '12345', detail: { a: 1 } }, task],
];

const hooks: [name: string, body: object, message: object][] = [
  ['a completion: the task', hook('flows.tasks.completed'), task],
  [
    'a step change: its previous step',
    hook(CHANGE, { previous_step: { step_id: 'review_step' } }),
    { ...step, opensTask: true },
  ],
  ['a step change from no step: only the record', hook(CHANGE), { kind: 'open', taskId: '12345' }],
  [
    'a step change from null: only the record',
    hook(CHANGE, { previous_step: null }),
    { kind: 'open', taskId: '12345' },
  ],
  [
    'a new task: the record',
    hook('flows.tasks.created', { previous_step: { step_id: 'a' } }),
    { kind: 'open', taskId: '12345' },
  ],
  ['a cancellation: the record', hook('flows.tasks.canceled'), { kind: 'cancel', taskId: '12345' }],
];

describe('parseMessage', () => {
  it.each(requests)('reads %s', (_, body, message) => {
    expect(parseMessage(body)).toMatchObject(message);
  });

  it.each(requests)('reads %s in an EventBridge event', (_, body, message) => {
    expect(parseMessage({ source: 'com.northwind', 'detail-type': 'Ready', detail: body })).toMatchObject(message);
  });

  it('reads what set a request off, cut at 1,024 characters each', () => {
    const known = {
      event: 'a',
      event_id: 'evt_1',
      organization_id: 'org_1',
      occurred_at: '2025-11-24T09:30:12Z',
      ...about,
    };

    expect(parseMessage({ task_id: 1, ...known })).toMatchObject({ trigger: triggerOf('a') });
    expect(parseMessage({ task_id: 1, event: 'a'.repeat(1025) })).toMatchObject({
      trigger: { event: 'a'.repeat(1024) },
    });
  });

  it.each(hooks)('makes of %s', (_, body, message) => {
    const { event } = body as { event: string };

    expect(parseMessage(body)).toMatchObject({ ...message, trigger: triggerOf(event) });
    expect(parseMessage({ source: 'chamelio.webhooks', detail: body })).toEqual(parseMessage(body));
  });

  it.each(hooks)('makes the same of %s, when only the used part of it was sent on', (_, body) => {
    expect(parseMessage(JSON.parse(JSON.stringify(parseWebhookEvent(body))))).toEqual(parseMessage(body));
  });

  it.each([
    ['flows.tasks.completed', 'dana.levi@example.com'],
    ['flows.tasks.created', 'dana.levi@example.com'],
    [CHANGE, undefined],
  ])('reads who did it from what is about the whole task only (%s)', (event, initiatedBy) => {
    const body = hook(event, { initiated_by: 'dana.levi@example.com', previous_step: { step_id: 'a' } });

    expect(parseMessage(body)).toMatchObject({ trigger: { eventId: 'evt_1' } });
    expect((parseMessage(body) as { trigger: { initiatedBy?: string } }).trigger.initiatedBy).toBe(initiatedBy);
  });

  it('makes of nothing but the name of a task: its manifest', () => {
    expect(parseMessage({ manifest_of: 12345 })).toEqual({ kind: 'manifest', taskId: '12345', trigger: {} });
  });

  it.each(['flows.tasks.commented', 'core.document.uploaded', 'invented'])('ignores %s', (event) => {
    expect(parseMessage(hook(event))).toEqual({ kind: 'ignored', event });
  });

  it.each([{ step_id: 'a' }, 'a text', null])(
    'reads a webhook body to which the vendor has added detail: %p',
    (detail) => {
      expect(parseMessage({ ...hook('flows.tasks.completed'), detail })).toMatchObject(task);
    },
  );

  it.each([
    ['Document Archived', 'Document Archived'],
    [undefined, 'chamelio-archive'],
    [JSON.parse('{"toString":null,"valueOf":null}'), 'chamelio-archive'],
  ])("ignores this system's own event of type %p", (type, event) => {
    const body = { source: 'chamelio-archive', 'detail-type': type, detail: { task_id: '12345', step_id: 'a' } };

    expect(parseMessage(body)).toEqual({ kind: 'ignored', event });
  });

  it.each([
    ['a text', 'a', 'expected a JSON object'],
    ['null', null, 'expected a JSON object'],
    ['a list', [{ task_id: '1' }], 'expected a JSON object'],
    ['an empty object', {}, 'event: '],
    ['a task that is null', { task_id: null, step_id: 'a' }, 'event: '],
    ['an empty task', { task_id: '' }, 'task_id: '],
    ['the manifest of a malformed task', { manifest_of: 'a/b' }, 'manifest_of: '],
    ['a malformed task', { task_id: 'a/b' }, 'task_id: '],
    ['a malformed step', { task_id: '1', step_id: '#task' }, 'step_id: '],
    ['an empty step', { task_id: '1', step_id: '' }, 'step_id: '],
    ['a step that is false', { task_id: '1', step_id: false }, 'step_id: '],
    ['a detail that is no object', { source: 'a', detail: 'b' }, 'expected an object in detail'],
    ['an empty detail', { source: 'a', detail: {} }, 'event: '],
    ['a completion without its task', { event: 'flows.tasks.completed', data: {} }, 'data.task_id: '],
    ['a step change without its step', hook(CHANGE, { previous_step: {} }), 'data.previous_step.step_id: '],
  ])('refuses %s and says why', (_, body, message) => {
    expect(() => parseMessage(body)).toThrow(RefusedError);
    expect(() => parseMessage(body)).toThrow(message);
  });

  it('throws nothing but RefusedError, whatever the JSON', () => {
    const names = [
      'task_id',
      'step_id',
      'event',
      'data',
      'detail',
      'source',
      'detail-type',
      'previous_step',
      'toString',
    ];
    const known = ['1', 'chamelio-archive', CHANGE, 'flows.tasks.completed', '__proto__', null];
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.constantFrom(...known), fc.jsonValue(), tie('object')),
      object: fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), tie('tree')),
    }));
    fc.assert(
      fc.property(tree, (body) => {
        try {
          expect(['task', 'step', 'open', 'cancel', 'ignored']).toContain(parseMessage(body).kind);
        } catch (error) {
          expect(error).toBeInstanceOf(RefusedError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('writeRequest', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,20}$/);
  const text = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
  const trigger = fc.record({
    event: text,
    eventId: text,
    organizationId: text,
    workflowId: text,
    workflowName: text,
    occurredAt: text,
  });

  it('writes what parseMessage reads as the same step', () => {
    fc.assert(
      fc.property(fc.record({ taskId: id, stepId: id, force: fc.boolean(), trigger }), (message) => {
        const expected: Message = { kind: 'step', opensTask: false, ...message };
        expect(parseMessage(JSON.parse(writeRequest(message)))).toEqual(expected);
      }),
    );
  });

  it('leaves out what is not known', () => {
    const message = { taskId: '1', stepId: 'a', force: false, trigger: {} };

    expect(writeRequest(message)).toBe('{"task_id":"1","step_id":"a"}');
  });
});
