import { METRIC_NAMESPACE } from '../lib/metrics.ts';
import { arnOf, type CloudFormationResource, fillIn, refer, type Resources } from './cloudformation.ts';
import type { Settings } from './settings.ts';
import type { AccessLogMetric } from './watched-metrics.ts';

const ROUTE = 'POST /webhooks/chamelio';

/**
 * A line for each request, answered by the function or not. Nothing that a caller chose is in it but the address.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const accessLogFormat = ({ serviceName }: Settings) =>
  JSON.stringify({
    service: serviceName, // the dimension of the metric below: it can only come from the line
    requestId: '$context.requestId',
    requestTime: '$context.requestTime',
    route: '$context.routeKey',
    status: '$context.status',
    error: '$context.error.message',
    integrationError: '$context.integrationErrorMessage',
    sourceIp: '$context.identity.sourceIp',
    responseLength: '$context.responseLength',
  });

const countStatus = (status: string, metricName: AccessLogMetric): CloudFormationResource => ({
  Type: 'AWS::Logs::MetricFilter',
  Properties: {
    LogGroupName: refer('AccessLogGroup'),
    FilterPattern: `{ $.route = "${ROUTE}" && $.status = "${status}" }`,
    MetricTransformations: [
      {
        MetricNamespace: METRIC_NAMESPACE,
        MetricName: metricName,
        MetricValue: '1',
        Unit: 'Count',
        Dimensions: [{ Key: 'service', Value: '$.service' }],
      },
    ],
  },
});

/** The access log, and metrics of what the webhook answers: API Gateway's own count every 4xx, and those of all routes, in one. */
export function describeWebhookFront({ logRetentionDays }: Settings): Resources {
  return {
    AccessLogGroup: {
      Type: 'AWS::Logs::LogGroup',
      Properties: {
        // Below this prefix AWS doesn't write each group into the account's log policy, which is full at 5,120 characters.
        LogGroupName: fillIn('/aws/vendedlogs/${AWS::StackName}/http-api'),
        RetentionInDays: logRetentionDays,
      },
    },
    WebhookThrottledFilter: countStatus('429', 'WebhookThrottled'),
    WebhookErrorsFilter: countStatus('5*', 'WebhookErrors'),
  };
}

/** What the HTTP API of serverless.yml gets besides: a limit for the route, and the access log. */
export function extendHttpApi(settings: Settings) {
  return {
    HttpApiStage: {
      DependsOn: ['HttpApiRoutePostWebhooksChamelio'], // a limit for a route that is not there yet is refused
      Properties: {
        RouteSettings: {
          [ROUTE]: {
            ThrottlingRateLimit: settings.webhookRateLimit,
            ThrottlingBurstLimit: settings.webhookBurstLimit,
          },
        },
        AccessLogSettings: { DestinationArn: arnOf('AccessLogGroup'), Format: accessLogFormat(settings) },
      },
    },
  };
}
