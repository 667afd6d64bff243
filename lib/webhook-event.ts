import * as z from 'zod/mini';
import { identifierSchema } from './identifier.ts';
import { optionalText } from './trigger.ts';
import { EXPECTED_OBJECT, parseInput } from './validation.ts';

const envelopeFields = { event_id: optionalText, organization_id: optionalText, timestamp: optionalText };
const taskFields = {
  task_id: identifierSchema,
  workflow_id: optionalText,
  workflow_name: optionalText,
  initiated_by: optionalText,
};

const taskEventSchema = z.object({
  event: z.enum(['flows.tasks.completed', 'flows.tasks.created', 'flows.tasks.canceled']),
  ...envelopeFields,
  data: z.object(taskFields, EXPECTED_OBJECT),
});

const stepChangeSchema = z.object({
  event: z.literal('flows.tasks.step_change'),
  ...envelopeFields,
  data: z.object(
    { ...taskFields, previous_step: z.nullish(z.object({ step_id: identifierSchema }, EXPECTED_OBJECT)) },
    EXPECTED_OBJECT,
  ),
});

const EXPECTED_EVENT = 'expected the name of an event';
const otherEventSchema = z.object(
  { event: z.string(EXPECTED_EVENT).check(z.minLength(1, EXPECTED_EVENT)), ...envelopeFields },
  EXPECTED_OBJECT,
);

export type TaskEvent = z.infer<typeof taskEventSchema> | z.infer<typeof stepChangeSchema>;
export type OtherEvent = z.infer<typeof otherEventSchema>;
export type WebhookEvent = TaskEvent | OtherEvent;

const KNOWN: readonly string[] = [...taskEventSchema.shape.event.options, ...stepChangeSchema.shape.event.def.values];

export const isTaskEvent = (event: WebhookEvent): event is TaskEvent => KNOWN.includes(event.event);

/**
 * A Chamelio webhook body reduced to what archiving uses. Lenient in all the rest: the vendor will change, documents
 * must not get lost for it.
 * @throws RefusedError `invalid` when it is no event, or a known event lacks what archiving needs
 * @see docs/chamelio-api.md "Webhooks"
 */
export function parseWebhookEvent(body: unknown): WebhookEvent {
  const other = parseInput(otherEventSchema, body);
  if (!isTaskEvent(other)) return other;
  return other.event === 'flows.tasks.step_change'
    ? parseInput(stepChangeSchema, body)
    : parseInput(taskEventSchema, body);
}
