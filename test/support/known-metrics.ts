import { METRIC_NAMESPACE, METRICS } from '../../lib/metrics.ts';

type Known = { namespace: string; names: readonly string[]; dimensions: readonly (readonly string[])[] };

/** What exists in CloudWatch: what the code writes, and what AWS documents, with the dimensions that it is kept under. */
export const knownMetrics: readonly Known[] = [
  { namespace: METRIC_NAMESPACE, names: Object.keys(METRICS), dimensions: [['service']] },
  // By the filters in infrastructure/webhook-front.ts.
  { namespace: METRIC_NAMESPACE, names: ['WebhookThrottled', 'WebhookErrors'], dimensions: [['service']] },
  {
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    namespace: 'AWS/SQS',
    names: [
      'ApproximateAgeOfOldestMessage',
      'ApproximateNumberOfMessagesDelayed',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesVisible',
      'NumberOfEmptyReceives',
      'NumberOfMessagesDeleted',
      'NumberOfMessagesReceived',
      'NumberOfMessagesSent',
      'SentMessageSize',
    ],
    dimensions: [['QueueName']],
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    namespace: 'AWS/Lambda',
    names: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
    dimensions: [['FunctionName']],
  },
  {
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    namespace: 'AWS/ApiGateway',
    names: ['4xx', '5xx', 'Count', 'IntegrationLatency', 'Latency', 'DataProcessed'],
    dimensions: [['ApiId'], ['ApiId', 'Stage']],
  },
  {
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    namespace: 'AWS/DynamoDB',
    names: ['ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits', 'ReadThrottleEvents', 'WriteThrottleEvents'],
    dimensions: [['TableName'], ['TableName', 'GlobalSecondaryIndexName']],
  },
  {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    namespace: 'AWS/Logs',
    names: ['IncomingBytes', 'IncomingLogEvents'],
    dimensions: [['LogGroupName']],
  },
  {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
    namespace: 'AWS/S3',
    names: ['BucketSizeBytes'],
    dimensions: [['BucketName', 'StorageType']],
  },
];

/** Whether anybody writes a metric of this name under just these dimensions. */
export const isKnownMetric = (namespace: string, name: string, dimensions: readonly string[]): boolean =>
  knownMetrics.some(
    (known) =>
      known.namespace === namespace &&
      known.names.includes(name) &&
      known.dimensions.some((names) => names.toSorted().join() === dimensions.toSorted().join()),
  );
