import { PRICES } from './prices.ts';
import type { Settings } from './settings.ts';
import {
  FUNCTION_IDS,
  type FunctionId,
  functionMetric,
  httpMetric,
  logMetric,
  ownMetric,
  queueMetric,
  tableMetric,
  type WatchedMetric,
} from './watched-metrics.ts';

/** As in serverless.yml. */
export const MEMORY_MIB: Record<FunctionId, number> = { Webhook: 256, Archive: 512, Sweep: 256, Api: 256 };
const PART_BYTES = 8 * 1024 * 1024;

/** What costs `price` for each unit that `metric` counts. */
export type Cost = { metric: WatchedMetric; price: number };

const listComputing = (): Cost[] =>
  FUNCTION_IDS.flatMap((id) => [
    { metric: functionMetric(id, 'Duration'), price: (MEMORY_MIB[id] / 1024 / 1000) * PRICES.lambdaGbSecond },
    { metric: functionMetric(id, 'Invocations'), price: PRICES.lambdaRequest },
  ]);

export const listUnits = (): Cost[] =>
  [undefined, 'unfinished' as const].flatMap((index) => [
    { metric: tableMetric('ConsumedWriteCapacityUnits', index), price: PRICES.tableWriteUnit },
    { metric: tableMetric('ConsumedReadCapacityUnits', index), price: PRICES.tableReadUnit },
  ]);

/** One write a document, and one for each part of a large one. */
const listWrites = (settings: Settings): Cost[] => [
  { metric: ownMetric('DocumentsArchived', settings), price: PRICES.bucketWrite },
  { metric: ownMetric('ArchivedBytes', settings), price: PRICES.bucketWrite / PART_BYTES },
];

/** SQS bills requests and counts messages: a batch is counted too dear. Most of a quiet day are questions of Lambda's pollers. */
export const listMessages = (): Cost[] =>
  (
    ['NumberOfEmptyReceives', 'NumberOfMessagesReceived', 'NumberOfMessagesSent', 'NumberOfMessagesDeleted'] as const
  ).map((name) => ({ metric: queueMetric('ArchiveQueue', name), price: PRICES.queueRequest }));

const listLines = (): Cost[] =>
  (['WebhookLogGroup', 'ArchiveLogGroup', 'SweepLogGroup', 'ApiLogGroup', 'AccessLogGroup'] as const).map((id) => ({
    metric: logMetric(id, 'IncomingBytes'),
    price: PRICES.logByte,
  }));

/** What is paid for by use, but for storage. */
export const listCosts = (settings: Settings): { id: string; label: string; costs: Cost[] }[] => [
  { id: 'lambda', label: 'Lambda', costs: listComputing() },
  { id: 'dynamodb', label: 'DynamoDB', costs: listUnits() },
  { id: 's3', label: 'S3 writes', costs: listWrites(settings) },
  { id: 'sqs', label: 'SQS', costs: listMessages() },
  { id: 'http', label: 'API Gateway', costs: [{ metric: httpMetric('Count'), price: PRICES.httpRequest }] },
  { id: 'logs', label: 'Logs', costs: listLines() },
];
