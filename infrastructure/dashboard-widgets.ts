import type { WatchedMetric } from './watched-metrics.ts';

/** As CloudWatch reads it. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export type Widget = { type: string; height: number; properties: Record<string, unknown> };

type LineOptions = {
  label: string;
  stat?: 'Sum' | 'Maximum' | 'Average' | 'p50' | 'p99';
  /** What expressions call it. */
  id?: string;
  /** False for what only an expression uses. */
  visible?: boolean;
};

/** A line of a graph: a metric, or what is calculated from others. */
export const drawMetric = (
  { namespace, name, dimensions }: WatchedMetric,
  { stat = 'Sum', ...options }: LineOptions,
): unknown[] => [namespace, name, ...Object.entries(dimensions).flat(), { stat, ...options }];

export const drawExpression = (expression: string, options: { label?: string; id?: string } = {}): unknown[] => [
  { expression, ...options },
];

type MetricWidget = {
  title: string;
  lines: unknown[][];
  periodSeconds?: number;
  /** A figure each, instead of a graph. */
  isFigure?: boolean;
  isStacked?: boolean;
  /** Its own time range, such as `-P14D`, whatever the dashboard shows. */
  start?: string;
  height?: number;
};

export function showMetrics(widget: MetricWidget): Widget {
  const { title, lines, periodSeconds = 300, isFigure = false, isStacked = false, start, height = 6 } = widget;
  return {
    type: 'metric',
    height,
    properties: {
      title,
      region: '${AWS::Region}',
      view: isFigure ? 'singleValue' : 'timeSeries',
      ...(!isFigure && { stacked: isStacked, yAxis: { left: { min: 0 } } }),
      period: periodSeconds,
      ...(start !== undefined && { start }),
      metrics: lines,
    },
  };
}

export const showText = (markdown: string, height = 1): Widget => ({
  type: 'text',
  height,
  properties: { markdown, background: 'transparent' },
});

export const showAlarms = (title: string, alarmIds: readonly string[]): Widget => ({
  type: 'alarm',
  height: 4,
  properties: { title, alarms: alarmIds.map((id) => `\${${id}.Arn}`) },
});

/** What a query of Logs Insights finds in these log groups. */
export const showLogs = (title: string, logGroupIds: readonly string[], query: string): Widget => ({
  type: 'log',
  height: 8,
  properties: {
    title,
    region: '${AWS::Region}',
    view: 'table',
    query: [...logGroupIds.map((id) => `SOURCE '\${${id}}'`), query].join(' | '),
  },
});

const COLUMNS = 24;

/** Rows from top to bottom; the widgets of one share its width. */
export function layOut(rows: readonly (readonly Widget[])[]) {
  let y = 0;
  return rows.flatMap((row) => {
    const width = COLUMNS / row.length;
    const placed = row.map((widget, index) => ({ ...widget, x: index * width, y, width }));
    y += Math.max(...row.map(({ height }) => height));
    return placed;
  });
}
