import { arnOf, type CloudFormationResource, fillIn, refer, type Resources, RETAIN } from './cloudformation.ts';

/** With a back-off of 30 s that doubles up to 1 h: an outage of about three hours heals by itself. */
export const MAX_RECEIVE_COUNT = 10;

/** 14 days, the most there is. */
const RETENTION_SECONDS = 14 * 24 * 60 * 60;

/**
 * After this very stack, so that the dead-letter queue can say whose it is without a circular reference. The id at its end
 * is new with every stack: a deployment after a removal never meets an old name.
 */
const queueName = {
  'Fn::Join': ['-', [refer('AWS::StackName'), { 'Fn::Select': [2, { 'Fn::Split': ['/', refer('AWS::StackId')] }] }]],
};

const queue = (properties: Record<string, unknown>): CloudFormationResource => ({
  Type: 'AWS::SQS::Queue',
  Properties: { MessageRetentionPeriod: RETENTION_SECONDS, SqsManagedSseEnabled: true, ...properties },
});

/** What archive works on, and where messages go that failed for good. */
export function describeQueues(): Resources {
  return {
    ArchiveQueue: queue({
      QueueName: queueName,
      VisibilityTimeout: 960, // archive's 900 s and a minute more: nobody else sees a message while it is worked on
      RedrivePolicy: { deadLetterTargetArn: arnOf('DeadLetterQueue'), maxReceiveCount: MAX_RECEIVE_COUNT },
    }),
    DeadLetterQueue: {
      // SQS counts the 14 days from the first sending, not from the arrival here.
      ...queue({
        RedriveAllowPolicy: {
          redrivePermission: 'byQueue',
          sourceQueueArns: [
            {
              'Fn::Join': [':', [fillIn('arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}'), queueName]],
            },
          ],
        },
      }),
      ...RETAIN,
    },
    // What EventBridge could not deliver in a day; apart, since nothing has tried to archive it yet.
    EventDeadLetterQueue: { ...queue({}), ...RETAIN },
  };
}
