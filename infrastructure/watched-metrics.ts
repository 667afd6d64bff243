import { METRIC_NAMESPACE, type MetricName } from '../lib/metrics.ts';
import type { Settings } from './settings.ts';

/** A metric of CloudWatch. Its dimensions are text in which CloudFormation fills in `${Id}`. */
export type WatchedMetric = { namespace: string; name: string; dimensions: Readonly<Record<string, string>> };

/** By the name that their resources begin with. */
export const FUNCTION_IDS = ['Webhook', 'Archive', 'Sweep', 'Api'] as const;
export type FunctionId = (typeof FUNCTION_IDS)[number];
export type QueueId = 'ArchiveQueue' | 'DeadLetterQueue' | 'EventDeadLetterQueue';
export type LogGroupId = `${FunctionId}LogGroup` | 'AccessLogGroup';

/** API Gateway's own figures count all routes in one. */
export type AccessLogMetric = 'WebhookThrottled' | 'WebhookErrors';

/** What the code measures, and what webhook-front.ts counts in the access log. */
export const ownMetric = (name: MetricName | AccessLogMetric, { serviceName }: Settings): WatchedMetric => ({
  namespace: METRIC_NAMESPACE,
  name,
  dimensions: { service: serviceName },
});

type QueueMetric =
  | `ApproximateNumberOfMessages${'Visible' | 'NotVisible' | 'Delayed'}`
  | 'ApproximateAgeOfOldestMessage'
  | `NumberOf${'MessagesSent' | 'MessagesReceived' | 'MessagesDeleted' | 'EmptyReceives'}`;

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export const queueMetric = (id: QueueId, name: QueueMetric): WatchedMetric => ({
  namespace: 'AWS/SQS',
  name,
  dimensions: { QueueName: `\${${id}.QueueName}` },
});

/** Duration in milliseconds. @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const functionMetric = (
  id: FunctionId,
  name: 'Invocations' | 'Errors' | 'Throttles' | 'Duration',
): WatchedMetric => ({
  namespace: 'AWS/Lambda',
  name,
  dimensions: { FunctionName: `\${${id}LambdaFunction}` },
});

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
export const httpMetric = (name: 'Count' | '4xx' | '5xx'): WatchedMetric => ({
  namespace: 'AWS/ApiGateway',
  name,
  dimensions: { ApiId: '${HttpApi}' },
});

type TableMetric = `Consumed${'Read' | 'Write'}CapacityUnits` | `${'Read' | 'Write'}ThrottleEvents`;

/** Of the table alone, or of its index alone. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
export const tableMetric = (name: TableMetric, index?: 'unfinished'): WatchedMetric => ({
  namespace: 'AWS/DynamoDB',
  name,
  dimensions: { TableName: '${ArchiveTable}', ...(index && { GlobalSecondaryIndexName: index }) },
});

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
export const logMetric = (id: LogGroupId, name: 'IncomingBytes'): WatchedMetric => ({
  namespace: 'AWS/Logs',
  name,
  dimensions: { LogGroupName: `\${${id}}` },
});

/** Once a day. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html */
export const bucketMetric = (name: 'BucketSizeBytes', storageType: 'StandardStorage'): WatchedMetric => ({
  namespace: 'AWS/S3',
  name,
  dimensions: { BucketName: '${ArchiveBucket}', StorageType: storageType },
});
