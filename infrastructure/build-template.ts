import { describeAuthorizers, describeRouteAuthorizer } from './api-authorizer.ts';
import { describeAlarms } from './alarms.ts';
import { bucketName, describeBucket } from './bucket.ts';
import { describeDashboard } from './dashboard.ts';
import { describeEventRule } from './event-rule.ts';
import { describeOutputs } from './outputs.ts';
import { describeQueues, MAX_RECEIVE_COUNT } from './queues.ts';
import { describeQueuePolicies } from './queue-policies.ts';
import { describeRoles } from './roles.ts';
import type { Settings } from './settings.ts';
import { describeTable } from './table.ts';
import { describeWebhookFront, extendHttpApi } from './webhook-front.ts';

/** What serverless.yml takes from here: the part of the template that is ours, and what functions need to know of it. */
export function buildTemplate(settings: Settings) {
  return {
    archiveBucket: bucketName(settings),
    maxReceiveCount: MAX_RECEIVE_COUNT,
    serviceName: settings.serviceName,
    authorizers: describeAuthorizers(settings),
    apiAuthorizer: describeRouteAuthorizer(settings),
    resources: {
      Description: `Archives every document a Chamelio workflow generates in an S3 bucket of your own (${settings.stage})`,
      // osls writes DependsOn where a reference already says it.
      Metadata: { 'cfn-lint': { config: { ignore_checks: ['W3005'] } } },
      Resources: {
        ...describeQueues(),
        ...describeQueuePolicies(),
        ...describeEventRule(settings),
        ...describeBucket(settings),
        ...describeTable(),
        ...describeWebhookFront(settings),
        ...describeRoles(settings),
        ...describeAlarms(settings),
        ...describeDashboard(settings),
      },
      Outputs: describeOutputs(settings),
      extensions: extendHttpApi(settings),
    },
  };
}
