import { arnOf, type CloudFormationResource, refer, type Resources, RETAIN } from './cloudformation.ts';
import { allow, denyPlainHttp, policyDocument, type Statement } from './policy.ts';

/** A queue has one policy: of two resources for it, the one written last would be all there is. */
const policyOf = (queue: string, ...statements: Statement[]): CloudFormationResource => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [refer(queue)],
    PolicyDocument: policyDocument(...statements, denyPlainHttp('sqs', arnOf(queue))),
  },
});

const letRuleSend = (queue: string): Statement => ({
  ...allow('sqs:SendMessage', arnOf(queue)),
  Principal: { Service: 'events.amazonaws.com' },
  Condition: { ArnEquals: { 'aws:SourceArn': arnOf('EventRule') } },
});

/** Who may send besides our own roles: the event rule. Where a queue outlives the stack, so does its policy. */
export function describeQueuePolicies(): Resources {
  return {
    EventQueuePolicy: policyOf('ArchiveQueue', letRuleSend('ArchiveQueue')),
    DeadLetterQueuePolicy: { ...policyOf('DeadLetterQueue'), ...RETAIN },
    EventDeadLetterQueuePolicy: { ...policyOf('EventDeadLetterQueue', letRuleSend('EventDeadLetterQueue')), ...RETAIN },
  };
}
