import { describe, expect, it } from '@jest/globals';
import { describeWebhookFront, extendHttpApi } from '../../infrastructure/webhook-front.ts';
import { createSettings } from '../support/create-settings.ts';

const stageWith = (values: Record<string, unknown> = {}) => extendHttpApi(createSettings(values)).HttpApiStage;
const format = JSON.parse(stageWith().Properties.AccessLogSettings.Format) as Record<string, string>;

describe('the webhook route', () => {
  it('lets 100 requests a second and 200 at once through, unless told otherwise', () => {
    expect(stageWith().Properties.RouteSettings).toEqual({
      'POST /webhooks/chamelio': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    });
  });

  it('lets through what the settings say', () => {
    expect(stageWith({ webhookRateLimit: 7, webhookBurstLimit: 8 }).Properties.RouteSettings).toEqual({
      'POST /webhooks/chamelio': { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 8 },
    });
  });

  it('is there before it is limited', () => {
    expect(stageWith().DependsOn).toEqual(['HttpApiRoutePostWebhooksChamelio']);
  });
});

describe('the access log', () => {
  const { AccessLogGroup, ...filters } = describeWebhookFront(createSettings({ logRetentionDays: 30 }));

  it('goes to a group that keeps it as long as the other logs', () => {
    expect(stageWith().Properties.AccessLogSettings.DestinationArn).toEqual({
      'Fn::GetAtt': ['AccessLogGroup', 'Arn'],
    });
    expect(AccessLogGroup?.Properties.RetentionInDays).toBe(30);
  });

  it('says of each request who asked, for what, and what became of it', () => {
    expect(format).toMatchObject({
      requestId: '$context.requestId',
      route: '$context.routeKey',
      status: '$context.status',
      error: '$context.error.message',
      sourceIp: '$context.identity.sourceIp',
      responseLength: '$context.responseLength',
    });
  });

  it('holds nothing that the caller made up', () => {
    const chosenByCaller = /path|userAgent|header|query|httpMethod|domainName|protocol/i;
    expect(Object.values(format).filter((variable) => chosenByCaller.test(variable))).toEqual([]);
  });

  it.each([
    ['429', 'WebhookThrottled'],
    ['5*', 'WebhookErrors'],
  ])('is counted where it says %s on the route of the webhook, by the service that each line names', (status, name) => {
    expect(filters[`${name}Filter`]?.Properties).toEqual({
      LogGroupName: { Ref: 'AccessLogGroup' },
      FilterPattern: `{ $.route = "POST /webhooks/chamelio" && $.status = "${status}" }`,
      MetricTransformations: [
        {
          MetricNamespace: 'ChamelioArchive',
          MetricName: name,
          MetricValue: '1',
          Unit: 'Count',
          Dimensions: [{ Key: 'service', Value: '$.service' }],
        },
      ],
    });
    expect(format.service).toBe('chamelio-archive-prod');
  });
});
