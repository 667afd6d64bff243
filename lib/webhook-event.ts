import * as z from 'zod';
import { identifierSchema } from './identifier.ts';
import { optionalText } from './trigger.ts';
import { parseInput } from './validation.ts';

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
  data: z.object(taskFields),
});

const stepChangeSchema = z.object({
  event: z.literal('flows.tasks.step_change'),
  ...envelopeFields,
  data: z.object({
    ...taskFields,
    previous_step: z.object({ step_id: identifierSchema }).nullish(),
  }),
});

const otherEventSchema = z.object({
  event: z.string({ error: 'expected the name of an event' }).min(1, 'expected the name of an event'),
  ...envelopeFields,
});

export type TaskEvent = z.infer<typeof taskEventSchema> | z.infer<typeof stepChangeSchema>;
export type OtherEvent = z.infer<typeof otherEventSchema>;
export type WebhookEvent = TaskEvent | OtherEvent;

const KNOWN: readonly string[] = [...taskEventSchema.shape.event.options, stepChangeSchema.shape.event.value];

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
