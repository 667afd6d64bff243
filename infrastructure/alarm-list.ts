import { type Alarm, onceIsEnough } from './alarm.ts';
import { listQueueAlarms } from './queue-alarms.ts';
import type { Settings } from './settings.ts';
import { FUNCTION_IDS, functionMetric, ownMetric } from './watched-metrics.ts';

const listOutcomeAlarms = (settings: Settings): Alarm[] => [
  onceIsEnough({
    id: 'DocumentFailed',
    means: 'A document, or a newer version of one, was given up on.',
    runbook: 'document-failed',
    metric: ownMetric('DocumentsFailed', settings),
  }),
  onceIsEnough({
    id: 'TaskFailed',
    means: 'The documents of a task could not be found out, or a message about it was given up on.',
    runbook: 'task-failed',
    metric: ownMetric('TasksFailed', settings),
  }),
  onceIsEnough({
    id: 'ApiKeyRefused',
    means: 'Chamelio refuses the API key: nothing is archived until it is replaced.',
    runbook: 'api-key-refused',
    metric: ownMetric('ApiKeyRefused', settings),
  }),
  {
    id: 'EverythingComesBack',
    means: 'Within a quarter of an hour sixty tries came to nothing, and not one document was archived.',
    runbook: 'nothing-gets-through',
    watches: {
      expression: 'IF(FILL(archived, 0) + FILL(unchanged, 0) == 0, retries, 0)',
      of: {
        archived: { metric: ownMetric('DocumentsArchived', settings), statistic: 'Sum' },
        unchanged: { metric: ownMetric('DocumentsUnchanged', settings), statistic: 'Sum' },
        retries: { metric: ownMetric('Retries', settings), statistic: 'Sum' },
      },
    },
    // Twelve documents in an outage, five tries each. A step without a document comes back three times: twenty of those,
    // and not one document beside them, are not likely.
    atLeast: 60,
    periodSeconds: 900,
    missing: 'notBreaching',
  },
];

const listWebhookAlarms = (settings: Settings): Alarm[] => [
  onceIsEnough({
    id: 'WebhookErrors',
    means: 'A webhook was answered with 5xx: Chamelio has to send it again, four times at most.',
    runbook: 'webhook-errors',
    metric: ownMetric('WebhookErrors', settings),
  }),
  {
    id: 'UnverifiedWebhooks',
    means: 'Three webhooks within ten minutes were not signed with our secret.',
    runbook: 'unverified-webhooks',
    watches: { metric: ownMetric('UnverifiedWebhooks', settings), statistic: 'Sum' },
    // One delivery of Chamelio under another secret: it tries again after one minute and after six. A stray request is one.
    atLeast: 3,
    periodSeconds: 600,
    missing: 'notBreaching',
  },
  onceIsEnough({
    id: 'WebhookThrottled',
    means: 'More requests came to the webhook than its route lets through; deliveries of Chamelio can be among them.',
    runbook: 'webhook-throttled',
    metric: ownMetric('WebhookThrottled', settings),
  }),
];

const listFunctionAlarms = (): Alarm[] =>
  FUNCTION_IDS.flatMap((id) => [
    onceIsEnough({
      id: `${id}FunctionErrors`,
      means: `The function ${id.toLowerCase()} broke off: an error that nothing caught, its time or its memory.`,
      runbook: 'function-errors',
      metric: functionMetric(id, 'Errors'),
    }),
    onceIsEnough({
      id: `${id}FunctionThrottles`,
      means: `The function ${id.toLowerCase()} was not started: the account runs as many functions as it may.`,
      runbook: 'function-throttles',
      metric: functionMetric(id, 'Throttles'),
    }),
  ]);

const listSweepAlarms = (settings: Settings): Alarm[] => [
  {
    id: 'SweepMissing',
    means: 'No sweep has completed for three quarters of an hour: what gets lost stays lost until one does.',
    runbook: 'sweep-missing',
    // Filled, or CloudWatch would look at older figures in the place of those that are missing, and ring an hour later.
    watches: {
      expression: 'FILL(completed, 0)',
      of: { completed: { metric: ownMetric('SweepsCompleted', settings), statistic: 'Sum' } },
    },
    below: 1,
    // One begins every 15 minutes and takes ten at most: two completions are never further apart than 25, or 40 where one
    // run failed, which rings by itself.
    periodSeconds: 900,
    periods: 3,
    missing: 'breaching',
  },
];

const listEventAlarms = (settings: Settings): Alarm[] => {
  if (!settings.eventBusName) return [];
  const metric = ownMetric('EventsUnpublished', settings);
  const means = 'The event bus did not take an event; it is published later.';
  return [onceIsEnough({ id: 'EventsUnpublished', means, runbook: 'events-unpublished', metric })];
};

/** What somebody wants to be woken for. In a stack that is idle and healthy none of them rings. */
export const listAlarms = (settings: Settings): Alarm[] => [
  ...listQueueAlarms(),
  ...listOutcomeAlarms(settings),
  ...listWebhookAlarms(settings),
  ...listFunctionAlarms(),
  ...listSweepAlarms(settings),
  ...listEventAlarms(settings),
];
