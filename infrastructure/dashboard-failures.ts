import { METRIC_NAMESPACE } from '../lib/metrics.ts';
import { drawExpression, drawMetric, showLogs, showMetrics, showText, type Widget } from './dashboard-widgets.ts';
import type { Settings } from './settings.ts';
import { FUNCTION_IDS, functionMetric, httpMetric, ownMetric, tableMetric } from './watched-metrics.ts';

/** The codes are found by a search, and the lines named for them: nobody lists them here. */
const showFailed = (settings: Settings) =>
  showMetrics({
    title: 'FAILED, by code',
    lines: [
      drawExpression(
        `SEARCH('{${METRIC_NAMESPACE},service,code} MetricName="DocumentsFailed" service="${settings.serviceName}"', 'Sum', 300)`,
      ),
      drawMetric(ownMetric('TasksFailed', settings), { label: 'tasks' }),
    ],
    isStacked: true,
  });

const showRetries = (settings: Settings) =>
  showMetrics({
    title: 'Put off',
    lines: [
      drawMetric(ownMetric('Retries', settings), { label: 'messages that come back' }),
      drawMetric(ownMetric('ApiKeyRefused', settings), { label: 'API key refused' }),
      ...(settings.eventBusName
        ? [drawMetric(ownMetric('EventsUnpublished', settings), { label: 'events not published' })]
        : []),
    ],
  });

const showWebhooks = (settings: Settings) =>
  showMetrics({
    title: 'Webhooks, and the HTTP API beside them',
    lines: [
      drawMetric(httpMetric('Count'), { label: 'requests, of both' }),
      drawMetric(httpMetric('4xx'), { label: '4xx, of both' }),
      drawMetric(httpMetric('5xx'), { label: '5xx, of both' }),
      drawMetric(ownMetric('WebhookErrors', settings), { label: '5xx of the webhook' }),
      drawMetric(ownMetric('WebhookThrottled', settings), { label: '429: throttled' }),
      drawMetric(ownMetric('UnverifiedWebhooks', settings), { label: '401: not signed by us' }),
      drawMetric(ownMetric('ForeignWebhooks', settings), { label: 'of another organisation' }),
    ],
    periodSeconds: 60,
  });

const showFunctions = () =>
  showMetrics({
    title: 'Functions: broken off, or not started',
    lines: FUNCTION_IDS.flatMap((id) => [
      drawMetric(functionMetric(id, 'Errors'), { label: `${id.toLowerCase()}: errors` }),
      drawMetric(functionMetric(id, 'Throttles'), { label: `${id.toLowerCase()}: throttles` }),
    ]),
    periodSeconds: 60,
  });

const showTable = () =>
  showMetrics({
    title: 'Table: throttled',
    lines: [
      drawMetric(tableMetric('WriteThrottleEvents'), { label: 'writes' }),
      drawMetric(tableMetric('ReadThrottleEvents'), { label: 'reads' }),
      drawMetric(tableMetric('WriteThrottleEvents', 'unfinished'), { label: 'writes of the index' }),
      drawMetric(tableMetric('ReadThrottleEvents', 'unfinished'), { label: 'reads of the index' }),
    ],
    periodSeconds: 60,
  });

/** Without requests that were refused: whoever sends them could fill it, and hears of it. */
const LAST_FAILURES = [
  'fields @timestamp, message, task_id, step_id, code, reason, message_id, request_id',
  'filter (level = "ERROR" and message not in ["webhook", "api"]) or status = 503',
  'sort @timestamp desc',
  'limit 50',
].join(' | ');

/** What failed? */
export const showFailures = (settings: Settings): Widget[][] => [
  [showText('# What failed?')],
  [showFailed(settings), showRetries(settings), showWebhooks(settings)],
  [showFunctions(), showTable()],
  [
    showLogs(
      'The last failures',
      FUNCTION_IDS.map((id) => `${id}LogGroup`),
      LAST_FAILURES,
    ),
  ],
];
