import { describe, expect, it } from '@jest/globals';
import { describeQueuePolicies } from '../../infrastructure/queue-policies.ts';
import { describeQueues } from '../../infrastructure/queues.ts';

const queues = describeQueues();
const policies = Object.values(describeQueuePolicies());
const names = ['ArchiveQueue', 'DeadLetterQueue', 'EventDeadLetterQueue'];
const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const policiesOf = (queue: string) =>
  policies.filter(({ Properties }) => JSON.stringify(Properties.Queues) === `[{"Ref":"${queue}"}]`);
const statementsOf = (queue: string) =>
  policiesOf(queue).flatMap(({ Properties }) => (Properties.PolicyDocument as { Statement: unknown[] }).Statement);

it('are these and no others', () => {
  expect(Object.keys(queues)).toEqual(names);
});

it.each(names)('%s is encrypted and keeps messages for 14 days', (queue) => {
  expect(queues[queue]?.Properties).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
});

it.each(names)('%s has one policy, since a second one would replace it', (queue) => {
  expect(policiesOf(queue)).toHaveLength(1);
});

it.each(names)('%s refuses everybody without TLS', (queue) => {
  expect(statementsOf(queue)).toContainEqual({
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:*',
    Resource: [arnOf(queue)],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
});

it.each([
  { queue: 'ArchiveQueue', allowed: ['EventRule'] },
  { queue: 'DeadLetterQueue', allowed: [] },
  { queue: 'EventDeadLetterQueue', allowed: ['EventRule'] },
])('$queue lets in, by its policy, $allowed and nobody else', ({ queue, allowed }) => {
  const letIn = statementsOf(queue).filter((statement) => (statement as { Effect: string }).Effect !== 'Deny');
  expect(letIn).toEqual(
    allowed.map((rule) => ({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arnOf(queue),
      Condition: { ArnEquals: { 'aws:SourceArn': arnOf(rule) } },
    })),
  );
});

it.each(['DeadLetterQueue', 'EventDeadLetterQueue'])('%s outlives the stack together with its policy', (queue) => {
  expect(queues[queue]).toMatchObject(kept);
  expect(policiesOf(queue)).toMatchObject([kept]);
});

describe('the archive queue', () => {
  const stackId = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
  const name = { 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, stackId]] };

  it('has a name that is new with every stack, and no other queue has a name of its own', () => {
    const named = Object.entries(queues).flatMap(([id, { Properties }]) => ('QueueName' in Properties ? [id] : []));
    expect(named).toEqual(['ArchiveQueue']);
    expect(queues.ArchiveQueue?.Properties.QueueName).toEqual(name);
  });

  it('alone may use its dead-letter queue', () => {
    const place = { 'Fn::Sub': 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}' };
    expect(queues.DeadLetterQueue?.Properties.RedriveAllowPolicy).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [{ 'Fn::Join': [':', [place, name]] }],
    });
  });

  it('hands what failed for good to the dead-letter queue', () => {
    expect(queues.ArchiveQueue?.Properties.RedrivePolicy).toMatchObject({
      deadLetterTargetArn: arnOf('DeadLetterQueue'),
    });
  });
});
