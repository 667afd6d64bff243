import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import * as z from 'zod';
import { optionalText, readTrigger, type Trigger, triggerFields, writeTrigger } from '../../lib/trigger.ts';

const json = {
  event: 'flows.tasks.completed',
  event_id: 'evt_1',
  organization_id: 'org_1',
  workflow_id: 'wf_1',
  workflow_name: 'Übersicht',
  occurred_at: '2025-11-24T09:30:12.418Z',
};
const trigger: Trigger = {
  event: 'flows.tasks.completed',
  eventId: 'evt_1',
  organizationId: 'org_1',
  workflowId: 'wf_1',
  workflowName: 'Übersicht',
  occurredAt: '2025-11-24T09:30:12.418Z',
};

describe('optionalText', () => {
  it.each([
    ['a text', 'a', 'a'],
    ['a number', 12.5, '12.5'],
    ['1,024 characters', 'a'.repeat(1024), 'a'.repeat(1024)],
  ])('keeps %s', (_, value, text) => {
    expect(optionalText.parse(value)).toBe(text);
  });

  it.each([null, undefined, '', true, [], ['a'], {}, { name: 'a' }, Number.NaN, Number.POSITIVE_INFINITY])(
    'drops %p without an error',
    (value) => {
      expect(optionalText.parse(value)).toBeUndefined();
    },
  );

  it('cuts at 1,024 characters', () => {
    expect(optionalText.parse(`${'a'.repeat(1024)}b`)).toBe('a'.repeat(1024));
  });

  it('cuts no character in two', () => {
    expect(optionalText.parse(`${'a'.repeat(1023)}📄`)).toBe('a'.repeat(1023));
  });

  it('makes nothing but well-formed text of anything, the same the second time', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const text = optionalText.parse(value);

        expect(text === undefined || text.isWellFormed()).toBe(true);
        expect(optionalText.parse(text)).toBe(text);
      }),
    );
  });
});

describe('a trigger', () => {
  it('is read from its names in JSON', () => {
    expect(readTrigger(json)).toEqual(trigger);
  });

  it('is written under its names in JSON', () => {
    expect(writeTrigger(trigger)).toEqual(json);
  });

  it.each(Object.keys(triggerFields))('does without %s', (name) => {
    const rest = Object.fromEntries(Object.entries(json).filter(([key]) => key !== name));

    expect(z.object(triggerFields).parse(rest)).toEqual(rest);
  });

  it.each(Object.keys(triggerFields))('loses only %s when that is of another type', (name) => {
    const expected = Object.fromEntries(Object.entries(json).filter(([key]) => key !== name));

    expect(z.object(triggerFields).parse({ ...json, [name]: { a: 1 } })).toEqual(expected);
  });
});
