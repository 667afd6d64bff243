import { arnOf, type Resources } from './cloudformation.ts';
import type { Settings } from './settings.ts';

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
  };
}
