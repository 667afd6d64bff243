import { arnOf, type CloudFormationResource, policyDocument, refer, type Resources } from './cloudformation.ts';
import type { Settings } from './settings.ts';

const letRuleSend = (queue: string): CloudFormationResource => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [refer(queue)],
    PolicyDocument: policyDocument({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arnOf(queue),
      Condition: { ArnEquals: { 'aws:SourceArn': arnOf('EventRule') } },
    }),
  },
});

/** Events from EventBridge go to the queue: the framework's own event can only target a function. */
export function describeEventRule({ eventSource }: Settings): Resources {
  return {
    EventRule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Description: 'Events that name a Chamelio task go to the archive queue',
        EventPattern: { source: [eventSource, { prefix: `${eventSource}.` }] }, // not our own, chamelio-archive
        Targets: [
          {
            Id: 'archive-queue',
            Arn: arnOf('ArchiveQueue'),
            DeadLetterConfig: { Arn: arnOf('EventDeadLetterQueue') },
          },
        ],
      },
    },
    EventQueuePolicy: letRuleSend('ArchiveQueue'),
    EventDeadLetterQueuePolicy: letRuleSend('EventDeadLetterQueue'),
  };
}
