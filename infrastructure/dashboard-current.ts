import { listAlarms } from './alarm-list.ts';
import { drawMetric, showAlarms, showMetrics, showText, type Widget } from './dashboard-widgets.ts';
import type { Settings } from './settings.ts';
import { ownMetric, queueMetric } from './watched-metrics.ts';

const showAges = (settings: Settings) =>
  showMetrics({
    title: 'From workflow event to archived object, in seconds',
    lines: [
      drawMetric(ownMetric('ArchiveAge', settings), { label: 'half of them sooner', stat: 'p50' }),
      drawMetric(ownMetric('ArchiveAge', settings), { label: '99 % sooner', stat: 'p99' }),
    ],
  });

const showOldestMessage = () =>
  showMetrics({
    title: 'Oldest message, in seconds (until its third receipt)',
    lines: [
      drawMetric(queueMetric('ArchiveQueue', 'ApproximateAgeOfOldestMessage'), {
        label: 'oldest message',
        stat: 'Maximum',
      }),
    ],
    periodSeconds: 60,
  });

const showQueue = () =>
  showMetrics({
    title: 'Messages of the archive queue',
    lines: [
      drawMetric(queueMetric('ArchiveQueue', 'ApproximateNumberOfMessagesVisible'), {
        label: 'waiting for their turn',
        stat: 'Maximum',
      }),
      drawMetric(queueMetric('ArchiveQueue', 'ApproximateNumberOfMessagesNotVisible'), {
        label: 'in flight: worked on, or waiting for another try',
        stat: 'Maximum',
      }),
      drawMetric(queueMetric('ArchiveQueue', 'ApproximateNumberOfMessagesDelayed'), {
        label: 'sent again, to be seen later',
        stat: 'Maximum',
      }),
    ],
    periodSeconds: 60,
    isStacked: true,
  });

const showDeadLetters = () =>
  showMetrics({
    title: 'Dead letters',
    lines: [
      drawMetric(queueMetric('DeadLetterQueue', 'ApproximateNumberOfMessagesVisible'), {
        label: 'messages that failed for good',
        stat: 'Maximum',
      }),
      drawMetric(queueMetric('EventDeadLetterQueue', 'ApproximateNumberOfMessagesVisible'), {
        label: 'events that never reached the queue',
        stat: 'Maximum',
      }),
    ],
    periodSeconds: 60,
  });

const showSweeps = (settings: Settings) =>
  showMetrics({
    title: 'Sweep, every 15 minutes',
    lines: [
      drawMetric(ownMetric('SweepsCompleted', settings), { label: 'completed' }),
      drawMetric(ownMetric('PutBackBySweep', settings), { label: 'put back on the queue' }),
    ],
    periodSeconds: 900,
  });

const showArchived = (settings: Settings) =>
  showMetrics({
    title: 'Documents',
    lines: [
      drawMetric(ownMetric('DocumentsArchived', settings), { label: 'archived' }),
      drawMetric(ownMetric('DocumentsUnchanged', settings), { label: 'found unchanged' }),
    ],
  });

/** Are we current? */
export function showCurrent(settings: Settings): Widget[][] {
  const alarmIds = listAlarms(settings).map(({ id }) => `${id}Alarm`);
  return [
    [showText('# Are we current?')],
    [showAlarms('Alarms: docs/operations.md says what to do', alarmIds)],
    [showAges(settings), showArchived(settings), showQueue()],
    [showOldestMessage(), showDeadLetters(), showSweeps(settings)],
  ];
}
