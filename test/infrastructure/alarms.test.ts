import { describe, expect, it } from '@jest/globals';
import { type Alarm } from '../../infrastructure/alarm.ts';
import { listAlarms } from '../../infrastructure/alarm-list.ts';
import { describeAlarms } from '../../infrastructure/alarms.ts';
import { describeQueues } from '../../infrastructure/queues.ts';
import { allValues, createSettings } from '../support/create-settings.ts';
import { isKnownMetric } from '../support/known-metrics.ts';

const settings = createSettings();
const withBus = createSettings({ eventBusName: 'archived' });
const alarms = listAlarms(withBus);
const propertiesOf = (id: string) => describeAlarms(withBus)[`${id}Alarm`]?.Properties;
const service = [{ Name: 'service', Value: 'chamelio-archive-prod' }];
const queue = (id: string) => [{ Name: 'QueueName', Value: { 'Fn::Sub': `\${${id}.QueueName}` } }];
const functionName = (id: string) => [{ Name: 'FunctionName', Value: { 'Fn::Sub': `\${${id}LambdaFunction}` } }];
const once = { Statistic: 'Sum', Threshold: 1, Period: 60, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' };

/** Whether it rings when every period shows this value; undefined: no data at all. */
function rings({ atLeast, below, missing }: Alarm, value: number | undefined): boolean {
  if (value === undefined) return missing === 'breaching';
  return atLeast === undefined ? value < (below as number) : value >= atLeast;
}

it('are these and no others', () => {
  expect(Object.keys(describeAlarms(settings))).toEqual([
    'DeadLetterQueueAlarm',
    'EventDeadLetterQueueAlarm',
    'OldestMessageAlarm',
    'NothingGetsThroughAlarm',
    'DocumentFailedAlarm',
    'TaskFailedAlarm',
    'ApiKeyRefusedAlarm',
    'EverythingComesBackAlarm',
    'WebhookErrorsAlarm',
    'UnverifiedWebhooksAlarm',
    'WebhookThrottledAlarm',
    'WebhookFunctionErrorsAlarm',
    'WebhookFunctionThrottlesAlarm',
    'ArchiveFunctionErrorsAlarm',
    'ArchiveFunctionThrottlesAlarm',
    'SweepFunctionErrorsAlarm',
    'SweepFunctionThrottlesAlarm',
    'ApiFunctionErrorsAlarm',
    'ApiFunctionThrottlesAlarm',
    'SweepMissingAlarm',
  ]);
});

it('watch the events only where there is a bus for them', () => {
  expect(Object.keys(describeAlarms(withBus))).toContain('EventsUnpublishedAlarm');
});

describe('each', () => {
  const topic = allValues.alarmTopicArn;

  it.each(alarms)('$id tells the topic when it begins and when it is over', ({ id }) => {
    const alarm = describeAlarms(createSettings(allValues))[`${id}Alarm`];
    expect(alarm?.Properties).toMatchObject({ AlarmActions: [topic], OKActions: [topic] });
  });

  it.each(alarms)('$id is there without a topic, too, and tells nobody', ({ id }) => {
    expect(propertiesOf(id)).toBeDefined();
    expect(Object.keys(propertiesOf(id) ?? {}).filter((name) => name.endsWith('Actions'))).toEqual([]);
  });

  it.each(alarms)('$id says in a sentence what it means, and where to read on', ({ id, runbook }) => {
    expect(propertiesOf(id)?.AlarmDescription).toMatch(/^[A-Z][^.]+\. What to do: docs\/operations\.md#[a-z-]+$/);
    expect(propertiesOf(id)?.AlarmDescription).toMatch(new RegExp(`#${runbook}$`));
  });

  it.each(alarms)('$id watches what exists', ({ watches }) => {
    const watched = 'metric' in watches ? [watches] : Object.values(watches.of);
    const unknown = watched.filter(
      ({ metric: { namespace, name, dimensions } }) => !isKnownMetric(namespace, name, Object.keys(dimensions)),
    );
    expect(unknown).toEqual([]);
  });

  it.each(alarms)('$id leaves its name to CloudFormation, for two stages in one account', ({ id }) => {
    expect(propertiesOf(id)).not.toHaveProperty('AlarmName');
  });
});

describe('in a stack that is idle and healthy', () => {
  const all = alarms.map(({ id }) => id);

  it('none rings but for the sweep when there are no figures at all, as after the first deployment', () => {
    expect(alarms.filter((alarm) => rings(alarm, undefined)).map(({ id }) => id)).toEqual(['SweepMissing']);
  });

  it('none rings but for the sweep when nothing is counted', () => {
    expect(alarms.filter((alarm) => rings(alarm, 0)).map(({ id }) => id)).toEqual(['SweepMissing']);
  });

  it('the sweep alarm does not ring while sweeps complete', () => {
    expect(alarms.filter((alarm) => alarm.id === 'SweepMissing' && rings(alarm, 1))).toEqual([]);
  });

  it('each rings at some figure', () => {
    const ringing = alarms.filter((alarm) => [0, 1, 3, 60, 3600].some((value) => rings(alarm, value)));
    expect(ringing.map(({ id }) => id)).toEqual(all);
  });
});

describe('once is enough, within a minute', () => {
  it.each([
    { id: 'DocumentFailed', MetricName: 'DocumentsFailed' },
    { id: 'TaskFailed', MetricName: 'TasksFailed' },
    { id: 'ApiKeyRefused', MetricName: 'ApiKeyRefused' },
    { id: 'WebhookErrors', MetricName: 'WebhookErrors' },
    { id: 'WebhookThrottled', MetricName: 'WebhookThrottled' },
    { id: 'EventsUnpublished', MetricName: 'EventsUnpublished' },
  ])('for $MetricName', ({ id, MetricName }) => {
    const watched = { Namespace: 'ChamelioArchive', MetricName, Dimensions: service };
    expect(propertiesOf(id)).toMatchObject({ ...watched, ...once });
  });

  it('but not for a 500 or 501 of the HTTP API, which is an answer like any other', () => {
    expect(alarms.flatMap(({ watches }) => ('metric' in watches ? [watches.metric.namespace] : []))).not.toContain(
      'AWS/ApiGateway',
    );
  });

  it.each(
    ['Webhook', 'Archive', 'Sweep', 'Api'].flatMap((name) => [
      { name, MetricName: 'Errors' },
      { name, MetricName: 'Throttles' },
    ]),
  )('for $MetricName of $name', ({ name, MetricName }) => {
    const watched = { Namespace: 'AWS/Lambda', MetricName, Dimensions: functionName(name) };
    expect(propertiesOf(`${name}Function${MetricName}`)).toMatchObject({ ...watched, ...once });
  });
});

it.each(['DeadLetterQueue', 'EventDeadLetterQueue'])(
  '%s rings with its first message, and goes on while SQS says nothing of the queue',
  (id) => {
    expect(propertiesOf(id)).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: queue(id),
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      Period: 60,
      TreatMissingData: 'ignore',
    });
  },
);

describe('the oldest message', () => {
  it('rings after an hour', () => {
    expect(propertiesOf('OldestMessage')).toMatchObject({
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: queue('ArchiveQueue'),
      Statistic: 'Maximum',
      Threshold: 3600,
      Period: 60,
      TreatMissingData: 'notBreaching',
    });
  });

  it('is not one that only fails: three tries, after which SQS leaves it out, take less', () => {
    const tries = 3 * (describeQueues().ArchiveQueue?.Properties.VisibilityTimeout as number);
    expect(propertiesOf('OldestMessage')?.Threshold).toBeGreaterThan(tries);
  });
});

it('nothing gets through when messages were in flight for an hour and none was deleted', () => {
  const metric = (Id: string, MetricName: string, Stat: string) => ({
    Id,
    MetricStat: { Metric: { Namespace: 'AWS/SQS', MetricName, Dimensions: queue('ArchiveQueue') }, Stat, Period: 300 },
    ReturnData: false,
  });
  expect(propertiesOf('NothingGetsThrough')).toMatchObject({
    Metrics: [
      { Id: 'watched', Expression: 'IF(done == 0, waiting, 0)' },
      metric('done', 'NumberOfMessagesDeleted', 'Sum'),
      metric('waiting', 'ApproximateNumberOfMessagesNotVisible', 'Maximum'),
    ],
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 1,
    EvaluationPeriods: 12,
    TreatMissingData: 'notBreaching',
  });
});

it('everything comes back when sixty tries in a quarter of an hour archived nothing', () => {
  const metric = (Id: string, MetricName: string) => ({
    Id,
    MetricStat: { Metric: { Namespace: 'ChamelioArchive', MetricName, Dimensions: service }, Stat: 'Sum', Period: 900 },
    ReturnData: false,
  });
  expect(propertiesOf('EverythingComesBack')).toMatchObject({
    Metrics: [
      { Id: 'watched', Expression: 'IF(FILL(archived, 0) + FILL(unchanged, 0) == 0, retries, 0)' },
      metric('archived', 'DocumentsArchived'),
      metric('unchanged', 'DocumentsUnchanged'),
      metric('retries', 'Retries'),
    ],
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 60,
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
  });
});

it('a wave of wrong signatures is what one delivery of the vendor makes of a wrong secret', () => {
  expect(propertiesOf('UnverifiedWebhooks')).toMatchObject({
    MetricName: 'UnverifiedWebhooks',
    Dimensions: service,
    Statistic: 'Sum',
    Threshold: 3, // at once, after one minute, after six more
    Period: 600,
    TreatMissingData: 'notBreaching',
  });
});

it('a sweep is missed after 45 minutes without a figure, or with none that completed', () => {
  const Metric = { Namespace: 'ChamelioArchive', MetricName: 'SweepsCompleted', Dimensions: service };
  expect(propertiesOf('SweepMissing')).toMatchObject({
    Metrics: [
      { Id: 'watched', Expression: 'FILL(completed, 0)' },
      { Id: 'completed', MetricStat: { Metric, Stat: 'Sum', Period: 900 }, ReturnData: false },
    ],
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    EvaluationPeriods: 3,
    TreatMissingData: 'breaching',
  });
});
