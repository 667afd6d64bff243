import { expect, it } from '@jest/globals';
import { describeEventRule } from '../../infrastructure/event-rule.ts';
import { createSettings } from '../support/create-settings.ts';

const ruleOf = (eventSource: string) => describeEventRule(createSettings({ eventSource })).EventRule?.Properties;

it.each(['chamelio', 'contracts'])('takes events from %s, and from whatever begins with it and a dot', (source) => {
  expect(ruleOf(source)?.EventPattern).toEqual({ source: [source, { prefix: `${source}.` }] });
});

it('sends them to the archive queue, and what it could not deliver to a queue apart', () => {
  const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
  expect(ruleOf('chamelio')?.Targets).toEqual([
    { Id: 'archive-queue', Arn: arnOf('ArchiveQueue'), DeadLetterConfig: { Arn: arnOf('EventDeadLetterQueue') } },
  ]);
});
