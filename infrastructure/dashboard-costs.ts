import { drawExpression, drawMetric, showMetrics, showText, type Widget } from './dashboard-widgets.ts';
import { listCosts, listMessages, listUnits, MEMORY_MIB } from './estimated-costs.ts';
import { PRICES } from './prices.ts';
import type { Settings } from './settings.ts';
import { bucketMetric, FUNCTION_IDS, functionMetric, ownMetric } from './watched-metrics.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** Prices are too small for a number that is not written with an exponent, which metric math doesn't promise to read. */
const unitsPerDollar = (price: number) => Math.round(1 / price);

/** `SUM` of a list, because it leaves out what has no data; `+` would have none itself then. */
function showCostADay(settings: Settings): Widget {
  const parts = listCosts(settings).map(({ id, label, costs }) => {
    const hidden = costs.map(({ metric }, index) =>
      drawMetric(metric, { id: `${id}_${index}`, label: metric.name, visible: false }),
    );
    const terms = costs.map(({ price }, index) => `${id}_${index} / ${unitsPerDollar(price)}`);
    return { id, hidden, line: drawExpression(`SUM([${terms.join(', ')}])`, { id, label }) };
  });
  const total = `SUM([${parts.map(({ id }) => id).join(', ')}])`;
  return showMetrics({
    title: 'Estimated cost a day in US dollars, without storage',
    lines: [
      ...parts.flatMap(({ hidden }) => hidden),
      ...parts.map(({ line }) => line),
      drawExpression(total, { id: 'total', label: 'all of it' }),
    ],
    periodSeconds: DAY_SECONDS,
    start: '-P14D',
  });
}

const showDocuments = (settings: Settings) =>
  showMetrics({
    title: 'Archived a day',
    lines: [
      drawMetric(ownMetric('DocumentsArchived', settings), { label: 'documents' }),
      drawMetric(ownMetric('ArchivedBytes', settings), { label: 'bytes' }),
    ],
    periodSeconds: DAY_SECONDS,
    start: '-P2D',
    isFigure: true,
  });

const showCopyTime = (settings: Settings) =>
  showMetrics({
    title: 'Copying a document, in milliseconds',
    lines: [
      drawMetric(ownMetric('CopyDuration', settings), { label: 'half of them faster', stat: 'p50' }),
      drawMetric(ownMetric('CopyDuration', settings), { label: '99 % faster', stat: 'p99' }),
    ],
  });

const showComputing = () => {
  const terms = FUNCTION_IDS.map((id) => `ms${id} * ${MEMORY_MIB[id] / 1024 / 1000}`);
  return showMetrics({
    title: 'Lambda an hour',
    lines: [
      ...FUNCTION_IDS.map((id) => drawMetric(functionMetric(id, 'Invocations'), { label: `${id.toLowerCase()} runs` })),
      ...FUNCTION_IDS.map((id) =>
        drawMetric(functionMetric(id, 'Duration'), { id: `ms${id}`, label: id, visible: false }),
      ),
      drawExpression(`SUM([${terms.join(', ')}])`, { label: 'GB-seconds of all' }),
    ],
    periodSeconds: 3600,
  });
};

const showUnits = () =>
  showMetrics({
    title: 'DynamoDB units and SQS messages an hour',
    lines: [
      ...listUnits().map(({ metric }) =>
        drawMetric(metric, {
          label: `${metric.name.includes('Write') ? 'write' : 'read'} units${'GlobalSecondaryIndexName' in metric.dimensions ? ' of the index' : ''}`,
        }),
      ),
      ...listMessages().map(({ metric }) => drawMetric(metric, { label: metric.name })),
    ],
    periodSeconds: 3600,
  });

/** A bucket that was there already holds more than ours. */
const showStored = ({ existingBucket }: Settings): Widget[] => {
  if (existingBucket) return [];
  const stored = bucketMetric('BucketSizeBytes', 'StandardStorage');
  return [
    showMetrics({
      title: 'Stored, with all versions, in S3 Standard',
      lines: [
        drawMetric(stored, { label: 'bytes', stat: 'Average', id: 'stored' }),
        drawExpression(`stored / ${unitsPerDollar(PRICES.bucketByteDay)}`, { label: 'US dollars a day' }),
      ],
      periodSeconds: DAY_SECONDS,
      start: '-P3D',
      isFigure: true,
    }),
  ];
};

const NOTE = [
  '# What does it cost?',
  'List prices of us-east-1 in December 2024, without free tiers; what alarms, metrics and this page cost stands in docs/operations.md.',
].join('\n');

/** What does it cost? */
export const showCosts = (settings: Settings): Widget[][] => [
  [showText(NOTE, 2)],
  [showCostADay(settings)],
  [showDocuments(settings), ...showStored(settings)],
  [showCopyTime(settings), showComputing(), showUnits()],
];
