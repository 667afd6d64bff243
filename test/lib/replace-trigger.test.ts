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

const all = {
  event: 'e',
  eventId: 'evt_2',
  organizationId: 'o',
  workflowId: 'w',
  workflowName: 'n',
  occurredAt: '2026-03-02T12:00:00.000Z',
};

it.each([
  ['sets who did it', { event: 'e', initiatedBy: 'dana' }, undefined],
  ['forgets who did it where nobody says who did another event', { event: 'e', eventId: 'evt_2' }, 'initiatedBy'],
  ['forgets it, however much else is said', all, 'initiatedBy'],
  ['leaves who did the same event', { event: 'e', eventId: 'evt_1' }, undefined],
  ['leaves who did it for one that says nothing', {}, undefined],
])('of a task %s', (_, trigger, removed) => {
  const { set, remove } = replaceTaskTrigger(trigger, { eventId: 'evt_1', initiatedBy: 'noa' });

  expect(set).toEqual(trigger);
  expect(remove.find((name) => name === 'initiatedBy')).toBe(removed);
});
