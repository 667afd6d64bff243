import type { Alarm } from './alarm.ts';
import { queueMetric } from './watched-metrics.ts';

/** SQS says nothing of a queue that nobody has touched for six hours, messages in it or not: what rang then goes on ringing. */
const notEmpty = (id: 'DeadLetterQueue' | 'EventDeadLetterQueue', means: string, runbook: string): Alarm => ({
  id,
  means,
  runbook,
  watches: { metric: queueMetric(id, 'ApproximateNumberOfMessagesVisible'), statistic: 'Maximum' },
  atLeast: 1,
  periodSeconds: 60,
  missing: 'ignore',
});

/** Of the archive queue and of both dead-letter queues. */
export const listQueueAlarms = (): Alarm[] => [
  notEmpty('DeadLetterQueue', 'A message failed for good and waits in the dead-letter queue.', 'dead-letter-queue'),
  notEmpty(
    'EventDeadLetterQueue',
    'EventBridge could not put an event on the archive queue.',
    'event-dead-letter-queue',
  ),
  {
    id: 'OldestMessage',
    means: 'A message has waited for an hour: archive does not keep up, does not run, or was told to wait.',
    runbook: 'oldest-message',
    // From its third receipt on SQS leaves a message out of this. Three tries of 16 minutes each are less than an hour, so
    // one that only fails does not ring.
    watches: { metric: queueMetric('ArchiveQueue', 'ApproximateAgeOfOldestMessage'), statistic: 'Maximum' },
    atLeast: 3600,
    periodSeconds: 60,
    missing: 'notBreaching', // there is no oldest message in an empty queue
  },
  {
    id: 'NothingGetsThrough',
    means: 'For an hour messages have come back again and again, and not one was done with.',
    runbook: 'nothing-gets-through',
    // What the alarm before does not see: all that an outage of the vendor leaves behind has been received three times.
    // In a busy house something that needs no vendor is done with all the time; there EverythingComesBack rings.
    watches: {
      expression: 'IF(done == 0, waiting, 0)',
      of: {
        done: { metric: queueMetric('ArchiveQueue', 'NumberOfMessagesDeleted'), statistic: 'Sum' },
        waiting: { metric: queueMetric('ArchiveQueue', 'ApproximateNumberOfMessagesNotVisible'), statistic: 'Maximum' },
      },
    },
    atLeast: 1,
    periodSeconds: 300,
    periods: 12,
    missing: 'notBreaching',
  },
];
