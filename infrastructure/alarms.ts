import type { Alarm } from './alarm.ts';
import { listAlarms } from './alarm-list.ts';
import { type CloudFormationResource, fillIn, type Resources } from './cloudformation.ts';
import type { Settings } from './settings.ts';
import type { WatchedMetric } from './watched-metrics.ts';

const writeDimension = ([Name, value]: [string, string]) => ({
  Name,
  Value: value.includes('${') ? fillIn(value) : value,
});

const writeMetric = ({ namespace, name, dimensions }: WatchedMetric) => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: Object.entries(dimensions).map(writeDimension),
});

function writeWatched({ watches, periodSeconds: Period }: Alarm) {
  if ('metric' in watches) return { ...writeMetric(watches.metric), Statistic: watches.statistic, Period };
  const metrics = Object.entries(watches.of).map(([Id, { metric, statistic: Stat }]) => ({
    Id,
    MetricStat: { Metric: writeMetric(metric), Stat, Period },
    ReturnData: false,
  }));
  return { Metrics: [{ Id: 'watched', Expression: watches.expression }, ...metrics] };
}

function writeAlarm(alarm: Alarm, { alarmTopicArn }: Settings): CloudFormationResource {
  const { means, runbook, atLeast, below, periods = 1, missing } = alarm;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: `${means} What to do: docs/operations.md#${runbook}`,
      ...writeWatched(alarm),
      ComparisonOperator: atLeast === undefined ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
      Threshold: atLeast ?? below,
      EvaluationPeriods: periods,
      TreatMissingData: missing,
      ...(alarmTopicArn && { AlarmActions: [alarmTopicArn], OKActions: [alarmTopicArn] }),
    },
  };
}

/** Alarms tell the topic of the settings when they begin and when they are over; without one they only show. */
export const describeAlarms = (settings: Settings): Resources =>
  Object.fromEntries(listAlarms(settings).map((alarm) => [`${alarm.id}Alarm`, writeAlarm(alarm, settings)]));
