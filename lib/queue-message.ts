import * as z from 'zod/mini';
import { documentIdSchema } from './document-id.ts';
import { identifierSchema } from './identifier.ts';
import { optionalText, readTrigger, type TaskTrigger, type Trigger, triggerFields, writeTrigger } from './trigger.ts';
import { EXPECTED_OBJECT, parseInput } from './validation.ts';
import { isTaskEvent, parseWebhookEvent, type TaskEvent } from './webhook-event.ts';

/** What a message asks for, whatever form it came in. */
export type Message =
  | { kind: 'task'; taskId: string; force: boolean; trigger: TaskTrigger }
  | { kind: 'step'; taskId: string; stepId: string; force: boolean; trigger: Trigger; opensTask: boolean }
  | { kind: 'manifest'; taskId: string; trigger: Trigger }
  | { kind: 'open'; taskId: string; trigger: TaskTrigger }
  | { kind: 'cancel'; taskId: string; trigger: Trigger }
  | { kind: 'ignored'; event: string };

const requestSchema = z.object({
  task_id: identifierSchema,
  step_id: z.nullish(documentIdSchema),
  force: z.optional(z.unknown()),
  ...triggerFields,
});

const hasValue = (body: object, field: string) => (body as Record<string, unknown>)[field] != null;

/**
 * Reads any of the three forms the queue carries.
 * @throws RefusedError `invalid` naming the field
 * @see docs/design.md "What the queue carries"
 */
export function parseMessage(body: unknown): Message {
  const object = parseInput(z.looseObject({}, EXPECTED_OBJECT), body);
  if (hasValue(object, 'task_id')) return readRequest(object);
  if (hasValue(object, 'manifest_of')) return readManifestRequest(object);
  if (typeof object.event === 'string' || !hasValue(object, 'detail')) return readWebhookEvent(object);
  if (object.source === 'chamelio-archive') {
    return { kind: 'ignored', event: optionalText.parse(object['detail-type']) ?? object.source };
  }
  const detail = parseInput(z.looseObject({}, 'expected an object in detail'), object.detail);
  return hasValue(detail, 'task_id') ? readRequest(detail) : readWebhookEvent(detail);
}

function readRequest(body: unknown): Message {
  const { task_id: taskId, step_id: stepId, force, ...rest } = parseInput(requestSchema, body);
  const common = { taskId, force: force === true, trigger: readTrigger(rest) };
  return stepId == null ? { kind: 'task', ...common } : { kind: 'step', stepId, opensTask: false, ...common };
}

function readManifestRequest(body: unknown): Message {
  const { manifest_of: taskId } = parseInput(z.object({ manifest_of: identifierSchema }), body);
  return { kind: 'manifest', taskId, trigger: {} };
}

function readWebhookEvent(body: unknown): Message {
  const event = parseWebhookEvent(body);
  return isTaskEvent(event) ? readTaskEvent(event) : { kind: 'ignored', event: event.event };
}

function readTaskEvent({ data, timestamp, ...envelope }: TaskEvent): Message {
  const taskId = data.task_id;
  const previousStep = 'previous_step' in data ? data.previous_step : undefined;
  const trigger = readTrigger({
    ...envelope,
    occurred_at: timestamp,
    workflow_id: data.workflow_id,
    workflow_name: data.workflow_name,
  });
  const taskTrigger = { ...trigger, initiatedBy: data.initiated_by };
  if (envelope.event === 'flows.tasks.completed') return { kind: 'task', taskId, force: false, trigger: taskTrigger };
  if (envelope.event === 'flows.tasks.canceled') return { kind: 'cancel', taskId, trigger };
  const stepId = previousStep?.step_id;
  if (stepId === undefined) return { kind: 'open', taskId, trigger: taskTrigger };
  return { kind: 'step', taskId, stepId, force: false, trigger, opensTask: true };
}

type Request = { taskId: string; stepId?: string | undefined; force?: boolean; trigger: Trigger };

/** The message for every document of a task or, with a step, for one, in form 1. */
export const writeRequest = ({ taskId, stepId, force, trigger }: Request): string =>
  JSON.stringify({ task_id: taskId, step_id: stepId, force: force || undefined, ...writeTrigger(trigger) });

/** The message for the manifest of a task, and nothing but that: what sweep sends where one is missing. */
export const writeManifestRequest = (taskId: string): string => JSON.stringify({ manifest_of: taskId });
