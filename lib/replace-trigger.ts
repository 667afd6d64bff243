import type { TaskTrigger, Trigger } from './trigger.ts';

const NAMES = ['event', 'eventId', 'organizationId', 'workflowId', 'workflowName', 'occurredAt'] as const;

type Name = (typeof NAMES)[number];

/** How a trigger gets into a record: it replaces another as a whole, but one that says nothing leaves it as it was. */
export function replaceTrigger(trigger: Trigger): { set: Trigger; remove: Name[] } {
  const unknown = NAMES.filter((name) => trigger[name] === undefined);
  return unknown.length === NAMES.length ? { set: {}, remove: [] } : { set: trigger, remove: unknown };
}

/** The same for the record of a task, which also says who did it: of another event that is somebody else, or nobody knows. */
export function replaceTaskTrigger({ initiatedBy, ...trigger }: TaskTrigger, found: TaskTrigger = {}) {
  const { set, remove } = replaceTrigger(trigger);
  if (initiatedBy !== undefined) return { set: { ...set, initiatedBy }, remove };
  const isSame = Object.keys(set).length === 0 || trigger.eventId === found.eventId;
  return { set, remove: isSame ? remove : [...remove, 'initiatedBy' as const] };
}
