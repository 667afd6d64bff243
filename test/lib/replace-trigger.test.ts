import { expect, it } from '@jest/globals';
import { replaceTrigger } from '../../lib/replace-trigger.ts';

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
