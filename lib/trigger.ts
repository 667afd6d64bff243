import * as z from 'zod/mini';
import { fallBack } from './fall-back.ts';
import { cutToLength } from './text.ts';

/** What set an archive run off, as far as it is known. */
export type Trigger = {
  event?: string | undefined;
  eventId?: string | undefined;
  organizationId?: string | undefined;
  workflowId?: string | undefined;
  workflowName?: string | undefined;
  occurredAt?: string | undefined;
};

/** That of a task also says who did it, as the vendor names people; nothing but its own record and its manifest keep that. */
export type TaskTrigger = Trigger & { initiatedBy?: string | undefined };

/** Text that archiving can do without: of another type it is dropped, never an error. */
export const optionalText = fallBack(
  z.optional(
    z.pipe(
      z.union([z.string().check(z.minLength(1)), z.pipe(z.number(), z.transform(String))]),
      z.transform((text) => cutToLength(text, 1024)),
    ),
  ),
  undefined,
);

/** The optional attributes of a message of form 1. @see docs/design.md "What the queue carries" */
export const triggerFields = {
  event: optionalText,
  event_id: optionalText,
  organization_id: optionalText,
  workflow_id: optionalText,
  workflow_name: optionalText,
  occurred_at: optionalText,
};

/** The trigger that a record keeps. */
export const pickTrigger = (record: Trigger): Trigger => ({
  event: record.event,
  eventId: record.eventId,
  organizationId: record.organizationId,
  workflowId: record.workflowId,
  workflowName: record.workflowName,
  occurredAt: record.occurredAt,
});

type TriggerJson = { [Name in keyof typeof triggerFields]?: string | undefined };

export const readTrigger = (json: TriggerJson): Trigger => ({
  event: json.event,
  eventId: json.event_id,
  organizationId: json.organization_id,
  workflowId: json.workflow_id,
  workflowName: json.workflow_name,
  occurredAt: json.occurred_at,
});

export const writeTrigger = (trigger: Trigger): TriggerJson => ({
  event: trigger.event,
  event_id: trigger.eventId,
  organization_id: trigger.organizationId,
  workflow_id: trigger.workflowId,
  workflow_name: trigger.workflowName,
  occurred_at: trigger.occurredAt,
});
