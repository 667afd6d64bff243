import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildTemplate } from '../../infrastructure/build-template.ts';
import { describeDashboard } from '../../infrastructure/dashboard.ts';
import { describeAlarms } from '../../infrastructure/alarms.ts';
import { readSettings } from '../../infrastructure/read-settings.ts';
import type { Settings } from '../../infrastructure/settings.ts';
import { METRICS } from '../../lib/metrics.ts';
import { allValues, createSettings, defaultValues } from '../support/create-settings.ts';
import { isKnownMetric } from '../support/known-metrics.ts';

type Options = { id?: string; visible?: boolean; expression?: string; label?: string };
type Widget = {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: Record<string, unknown>;
};
type Body = { widgets: Widget[]; periodOverride: string };

const variants = [
  { name: 'prod as it is', settings: createSettings() },
  { name: 'prod with every setting', settings: createSettings(allValues) },
  { name: 'prod with an existing bucket', settings: createSettings({ existingBucket: 'contracts' }) },
  { name: 'dev', settings: readSettings({ values: defaultValues, names: [], stage: 'dev' }) },
];
/** What osls makes of serverless.yml, as far as the dashboard refers to it. */
const ofTheFramework = [
  'HttpApi',
  ...['Webhook', 'Archive', 'Sweep', 'Api'].flatMap((id) => [`${id}LambdaFunction`, `${id}LogGroup`]),
];

const propertiesOf = (settings: Settings) => describeDashboard(settings).Dashboard?.Properties ?? {};
const writeBody = (settings: Settings) => (propertiesOf(settings).DashboardBody as { 'Fn::Sub': string })['Fn::Sub'];
/** As it is once CloudFormation has filled in its names, here those of its references. */
const readBody = (settings: Settings) => JSON.parse(writeBody(settings).replace(/\$\{([^}]+)\}/g, '$1')) as Body;
const readLines = ({ properties }: Widget) =>
  ((properties.metrics ?? []) as unknown[][]).map((line) => {
    const options = line.at(-1) as Options;
    const [namespace, name, ...dimensions] = line.slice(0, -1) as string[];
    return { namespace, name, dimensions: dimensions.filter((_, index) => index % 2 === 0), ...options };
  });
const allLines = (settings: Settings) => readBody(settings).widgets.flatMap(readLines);
const searched = (expression = '') => {
  const [, schema = '', name = ''] = /^SEARCH\('\{([^}]+)\} MetricName="(\w+)"/.exec(expression) ?? [];
  const [namespace = '', ...dimensions] = schema.split(',');
  return { namespace, name, dimensions };
};
const nameMetrics = (settings: Settings) =>
  allLines(settings).map(({ name, expression }) => name ?? searched(expression).name);

describe.each(variants)('for $name', ({ settings }) => {
  const { widgets, periodOverride } = readBody(settings);

  it('shows nothing but what the code or AWS writes', () => {
    const lines = allLines(settings).filter(({ namespace }) => namespace !== undefined);
    const unknown = lines.filter(
      ({ namespace = '', name = '', dimensions }) => !isKnownMetric(namespace, name, dimensions),
    );
    expect(lines).not.toHaveLength(0);
    expect(unknown).toEqual([]);
  });

  it('searches only for what the code writes', () => {
    const searches = allLines(settings).flatMap(({ expression }) =>
      expression?.includes('SEARCH') ? [expression] : [],
    );
    expect(searches.map(searched)).toEqual([
      { namespace: 'ChamelioArchive', name: 'DocumentsFailed', dimensions: ['service', 'code'] },
    ]);
    expect(searches[0]).toContain(`service="${settings.serviceName}"`);
  });

  it('refers only to what is in the template', () => {
    const { Resources } = buildTemplate(settings).resources;
    const known = [...Object.keys(Resources), ...ofTheFramework, 'AWS::Region'];
    const references = [...writeBody(settings).matchAll(/\$\{([^.}]+)/g)].map(([, id]) => id as string);
    expect(references.filter((id) => !known.includes(id))).toEqual([]);
  });

  it('calculates only with what the same widget has', () => {
    const dangling = widgets.flatMap((widget) => {
      const lines = readLines(widget);
      const ids = lines.map(({ id }) => id);
      const used = lines.flatMap(({ expression = '' }) =>
        expression.includes('SEARCH') ? [] : [...expression.matchAll(/[a-z]\w*/g)].map(([id]) => id),
      );
      return used.filter((id) => !ids.includes(id));
    });
    expect(dangling).toEqual([]);
  });

  it('gives ids as CloudWatch wants them, each once in its widget', () => {
    for (const widget of widgets) {
      const ids = readLines(widget).flatMap(({ id }) => id ?? []);
      expect(ids.filter((id) => !/^[a-z]\w*$/.test(id))).toEqual([]);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it('writes no number with an exponent', () => {
    expect(allLines(settings).flatMap(({ expression = '' }) => expression.match(/\de[-+]?\d/) ?? [])).toEqual([]);
  });

  it('shows every alarm', () => {
    const alarms = Object.keys(describeAlarms(settings)).map((id) => `${id}.Arn`);
    expect(widgets.filter(({ type }) => type === 'alarm').map(({ properties }) => properties.alarms)).toEqual([alarms]);
  });

  it('fills each row of its 24 columns, and no widget lies on another', () => {
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, cell) => `${x + (cell % width)},${y + Math.floor(cell / width)}`),
    );
    const rows = Math.max(...widgets.map(({ y, height }) => y + height));
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells).toHaveLength(24 * rows);
  });

  it('keeps the periods that its titles speak of', () => {
    expect(periodOverride).toBe('inherit');
  });
});

it('answers three questions, the most urgent first', () => {
  const texts = readBody(createSettings()).widgets.filter(({ type }) => type === 'text');
  expect(texts.map(({ properties }) => (properties.markdown as string).split('\n')[0])).toEqual([
    '# Are we current?',
    '# What failed?',
    '# What does it cost?',
  ]);
});

it('shows everything that the code measures', () => {
  const shown = new Set(nameMetrics(createSettings(allValues)));
  expect(Object.keys(METRICS).filter((name) => !shown.has(name))).toEqual([]);
});

it('shows events that were not published only where there is a bus for them', () => {
  expect(nameMetrics(createSettings())).not.toContain('EventsUnpublished');
});

it('shows nothing of a bucket that was there already, which holds more than ours', () => {
  expect(nameMetrics(createSettings())).toContain('BucketSizeBytes');
  expect(nameMetrics(createSettings({ existingBucket: 'contracts' }))).not.toContain('BucketSizeBytes');
});

it('lists the last failures of all functions, with what is needed to look further', () => {
  const [log, ...others] = readBody(createSettings()).widgets.filter(({ type }) => type === 'log');
  expect(others).toEqual([]);
  expect(log?.properties.query).toMatch(/^(SOURCE '\w+LogGroup' \| ){4}fields .*task_id, step_id, code, reason/);
});

it.each(['WebhookThrottled', 'WebhookErrors'])('counts %s as the filter of the access log does', (MetricName) => {
  const filter = buildTemplate(createSettings()).resources.Resources[`${MetricName}Filter`];
  const counted = { MetricNamespace: 'ChamelioArchive', MetricName, Dimensions: [{ Key: 'service' }] };
  expect(filter?.Properties.MetricTransformations).toMatchObject([counted]);
});

it('is named after stack and region: dashboards of an account share their names', () => {
  expect(propertiesOf(createSettings()).DashboardName).toEqual({
    'Fn::Sub': '${AWS::StackName}-${AWS::Region}',
  });
});

describe('the estimated cost', () => {
  const estimate = readBody(createSettings()).widgets.find(({ properties }) =>
    String(properties.title).startsWith('Estimated cost'),
  ) as Widget;
  const lines = readLines(estimate);
  const metrics = (estimate.properties.metrics as unknown[][]).map((line) => JSON.stringify(line));
  /** Dollars for this much of the metric whose line says all of this. */
  const priceOf = (amount: number, ...words: string[]) => {
    const line = metrics.findIndex((text) => words.every((word) => text.includes(`"${word}"`)));
    const used = lines.map(({ expression = '' }) => new RegExp(`\\b${lines[line]?.id} / (\\d+)`).exec(expression));
    return amount / Number(used.find(Boolean)?.[1]);
  };

  it.each([
    { what: 'GB-second of archive', dollars: 0.0000133334, amount: 2000, words: ['Duration', 'ArchiveLambdaFunction'] },
    { what: 'GB-second of webhook', dollars: 0.0000133334, amount: 4000, words: ['Duration', 'WebhookLambdaFunction'] },
    { what: 'GB-second of sweep', dollars: 0.0000133334, amount: 4000, words: ['Duration', 'SweepLambdaFunction'] },
    { what: 'million invocations', dollars: 0.2, amount: 1e6, words: ['Invocations', 'SweepLambdaFunction'] },
    { what: 'million writes', dollars: 0.625, amount: 1e6, words: ['ConsumedWriteCapacityUnits'] },
    {
      what: 'million writes of the index',
      dollars: 0.625,
      amount: 1e6,
      words: ['ConsumedWriteCapacityUnits', 'unfinished'],
    },
    { what: 'million reads', dollars: 0.125, amount: 1e6, words: ['ConsumedReadCapacityUnits'] },
    { what: 'thousand objects', dollars: 0.005, amount: 1000, words: ['DocumentsArchived'] },
    { what: 'thousand parts', dollars: 0.005, amount: 1000 * 8 * 2 ** 20, words: ['ArchivedBytes'] },
    { what: 'million messages', dollars: 0.4, amount: 1e6, words: ['NumberOfMessagesSent'] },
    { what: 'million empty answers', dollars: 0.4, amount: 1e6, words: ['NumberOfEmptyReceives'] },
    { what: 'million requests', dollars: 1, amount: 1e6, words: ['AWS/ApiGateway', 'Count'] },
    { what: 'gigabyte of log', dollars: 0.5, amount: 2 ** 30, words: ['AWS/Logs', 'AccessLogGroup'] },
  ])('is $dollars dollars for a $what', ({ dollars, amount, words }) => {
    expect(priceOf(amount, ...words)).toBeCloseTo(dollars, 8);
  });

  it('adds up all its parts', () => {
    const parts = lines.filter(({ expression, id }) => expression !== undefined && id !== 'total').map(({ id }) => id);
    expect(lines.find(({ id }) => id === 'total')?.expression).toBe(`SUM([${parts.join(', ')}])`);
  });

  it('knows the memory of each function', () => {
    const text = readFileSync(join(import.meta.dirname, '../../serverless.yml'), 'utf8');
    const sizes = ['webhook', 'archive', 'sweep', 'api'].map((name) =>
      Number(new RegExp(`^ {2}${name}:\\n(?: {4}.*\\n)*? {4}memorySize: (\\d+)`, 'm').exec(text)?.[1]),
    );
    const hourly = allLines(createSettings()).find(({ label }) => label === 'GB-seconds of all');
    expect(hourly?.expression).toBe(
      `SUM([${['Webhook', 'Archive', 'Sweep', 'Api'].map((id, index) => `ms${id} * ${(sizes[index] as number) / 1024 / 1000}`).join(', ')}])`,
    );
  });
});
