import { expect, it } from '@jest/globals';
import { replaceTaskTrigger, replaceTrigger } from '../../lib/replace-trigger.ts';

it('replaces a trigger as a whole', () => {
  const trigger = { event: 'flows.tasks.completed', workflowId: 'wf' };

  expect(replaceTrigger(trigger)).toEqual({
    set: trigger,
    remove: ['eventId', 'organizationId', 'workflowName', 'occurredAt'],
  });
});

it.each([{}, { event: undefined }])('leaves the trigger as it was for one that says nothing (%j)', (trigger) => {
  expect(replaceTrigger(trigger)).toEqual({ set: {}, remove: [] });
});

it.each([
  ['sets who did it', { event: 'e', initiatedBy: 'dana' }, { event: 'e', initiatedBy: 'dana' }, undefined],
  ['forgets who did it where nobody says', { event: 'e' }, { event: 'e' }, 'initiatedBy'],
  ['leaves who did it for one that says nothing', {}, {}, undefined],
])('of a task %s', (_, trigger, set, removed) => {
  const replaced = replaceTaskTrigger(trigger);

  expect(replaced.set).toEqual(set);
  expect(replaced.remove.find((name) => name === 'initiatedBy')).toBe(removed);
});
