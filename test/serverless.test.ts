import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildTemplate } from '../infrastructure/build-template.ts';
import { ROUTES } from '../lib/api-request.ts';
import { createSettings } from './support/create-settings.ts';
import {
  bundleAgain,
  importBundle,
  type PackagedService,
  packageService,
  type Resource,
} from './support/packaged-template.ts';

const functions = [
  { name: 'webhook', id: 'WebhookLambdaFunction', role: 'WebhookRole', logGroup: 'WebhookLogGroup' },
  { name: 'archive', id: 'ArchiveLambdaFunction', role: 'ArchiveRole', logGroup: 'ArchiveLogGroup' },
  { name: 'sweep', id: 'SweepLambdaFunction', role: 'SweepRole', logGroup: 'SweepLogGroup' },
  { name: 'api', id: 'ApiLambdaFunction', role: 'ApiRole', logGroup: 'ApiLogGroup' },
];
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

let service: PackagedService;
let resources: Record<string, Resource>;

const properties = (id: string) => resources[id]?.Properties ?? {};
const environment = (id: string) => (properties(id).Environment as { Variables: Record<string, unknown> }).Variables;
/** How the routes of an integration are authorised. */
const routesTo = (integration: string) =>
  Object.fromEntries(
    ofType('AWS::ApiGatewayV2::Route')
      .filter(([, { Properties }]) => JSON.stringify(Properties.Target).includes(`"${integration}"`))
      .map(([, { Properties }]) => [Properties.RouteKey, Properties.AuthorizationType]),
  );
const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type);

beforeAll(async () => {
  service = await packageService('--stage', 'prod');
  resources = service.template.Resources;
}, 90_000);
afterAll(() => service?.remove());

it('is, besides what the framework makes, what infrastructure/ describes', () => {
  const ours = buildTemplate(createSettings()).resources;
  expect(service.template).toMatchObject({ Description: ours.Description, Outputs: ours.Outputs });
  const packaged = Object.entries(resources).filter(([id]) => id in ours.Resources);
  expect(Object.fromEntries(packaged)).toEqual(ours.Resources);
});

describe('functions', () => {
  it('are these and no others', () => {
    expect(ofType('AWS::Lambda::Function').map(([id]) => id)).toEqual(functions.map(({ id }) => id));
  });

  it.each([
    { id: 'WebhookLambdaFunction', MemorySize: 256, Timeout: 10 },
    { id: 'ArchiveLambdaFunction', MemorySize: 512, Timeout: 900 },
    { id: 'SweepLambdaFunction', MemorySize: 256, Timeout: 600 },
    { id: 'ApiLambdaFunction', MemorySize: 256, Timeout: 10 },
  ])('$id runs on Node 24 and arm64 with its time and memory', ({ id, ...sizes }) => {
    expect(properties(id)).toMatchObject({ ...sizes, Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('gives webhook exactly the settings it reads', () => {
    expect(environment('WebhookLambdaFunction')).toEqual({
      ARCHIVE_ORGANIZATION_ID: '',
      ARCHIVE_QUEUE_URL: { Ref: 'ArchiveQueue' },
      CHAMELIO_WEBHOOK_SECRET_PARAMETER: '/chamelio-archive/prod/webhook-secret',
      POWERTOOLS_SERVICE_NAME: 'chamelio-archive-prod',
    });
  });

  it('gives archive exactly the settings it reads', () => {
    expect(environment('ArchiveLambdaFunction')).toEqual({
      ARCHIVE_BUCKET: { Ref: 'ArchiveBucket' },
      ARCHIVE_DOCUMENTS: 'generated',
      ARCHIVE_KEY_PREFIX: '',
      ARCHIVE_QUEUE_URL: { Ref: 'ArchiveQueue' },
      ARCHIVE_TABLE: { Ref: 'ArchiveTable' },
      CHAMELIO_API_KEY_PARAMETER: '/chamelio-archive/prod/api-key',
      CHAMELIO_BASE_URL: 'https://platform.chamelio.ai',
      CHAMELIO_USER_EMAIL: '',
      DOWNLOAD_ALLOWED_HOSTS: '*.amazonaws.com',
      EVENT_BUS_NAME: '',
      MALLOC_ARENA_MAX: '1',
      MAX_DOCUMENT_BYTES: '5368709120',
      MAX_RECEIVE_COUNT: '10',
      POWERTOOLS_SERVICE_NAME: 'chamelio-archive-prod',
    });
  });

  it('gives sweep exactly the settings it reads', () => {
    expect(environment('SweepLambdaFunction')).toEqual({
      ARCHIVE_QUEUE_URL: { Ref: 'ArchiveQueue' },
      ARCHIVE_TABLE: { Ref: 'ArchiveTable' },
      CHAMELIO_API_KEY_PARAMETER: '/chamelio-archive/prod/api-key',
      CHAMELIO_BASE_URL: 'https://platform.chamelio.ai',
      EVENT_BUS_NAME: '',
      POWERTOOLS_SERVICE_NAME: 'chamelio-archive-prod',
    });
  });

  it('gives api exactly the settings it reads, and no secret', () => {
    expect(environment('ApiLambdaFunction')).toEqual({
      ARCHIVE_QUEUE_URL: { Ref: 'ArchiveQueue' },
      ARCHIVE_TABLE: { Ref: 'ArchiveTable' },
      POWERTOOLS_SERVICE_NAME: 'chamelio-archive-prod',
    });
  });
});

it.each(functions)('$name works under its own role', ({ id, role }) => {
  expect(properties(id).Role).toEqual(arnOf(role));
});

describe('the webhook route', () => {
  it('is throttled', () => {
    expect(properties('HttpApiStage').RouteSettings).toEqual({
      'POST /webhooks/chamelio': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
    });
  });

  it('hands POST /webhooks/chamelio to webhook as payload 2.0', () => {
    expect(routesTo('HttpApiIntegrationWebhook')).toEqual({ 'POST /webhooks/chamelio': undefined });
    expect(properties('HttpApiIntegrationWebhook')).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: arnOf('WebhookLambdaFunction'),
      PayloadFormatVersion: '2.0',
    });
  });

  it('and the schedule are the only ones that may invoke anything', () => {
    expect(ofType('AWS::Lambda::Permission').map(([, permission]) => permission.Properties)).toMatchObject([
      { FunctionName: arnOf('SweepLambdaFunction'), Principal: 'events.amazonaws.com' },
      { FunctionName: arnOf('WebhookLambdaFunction'), Principal: 'apigateway.amazonaws.com' },
      { FunctionName: arnOf('ApiLambdaFunction'), Principal: 'apigateway.amazonaws.com' },
    ]);
  });
});

describe('the HTTP API', () => {
  it('hands the routes of the contract to api, signed by a principal of IAM', () => {
    const signed = Object.keys(ROUTES).map((routeKey) => [routeKey, 'AWS_IAM']);
    expect(routesTo('HttpApiIntegrationApi')).toEqual(Object.fromEntries(signed));
  });

  it('hands them over as payload 2.0', () => {
    expect(properties('HttpApiIntegrationApi')).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: arnOf('ApiLambdaFunction'),
      PayloadFormatVersion: '2.0',
    });
  });

  it('has no other route', () => {
    expect(ofType('AWS::ApiGatewayV2::Route')).toHaveLength(1 + Object.keys(ROUTES).length);
  });
});

describe('the schedule', () => {
  it('runs sweep every 15 minutes, and never again because it failed', () => {
    const scheduled = ofType('AWS::Events::Rule').filter(([, rule]) => 'ScheduleExpression' in rule.Properties);
    expect(scheduled.map(([, rule]) => rule.Properties)).toMatchObject([
      { ScheduleExpression: 'rate(15 minutes)', State: 'ENABLED', Targets: [{ Arn: arnOf('SweepLambdaFunction') }] },
    ]);
    expect(ofType('AWS::Lambda::EventInvokeConfig').map(([, config]) => config.Properties)).toMatchObject([
      { FunctionName: { Ref: 'SweepLambdaFunction' }, MaximumRetryAttempts: 0 },
    ]);
  });
});

describe('the queue', () => {
  it('feeds archive ten messages at a time, a few batches at once, with partial answers', () => {
    expect(ofType('AWS::Lambda::EventSourceMapping').map(([, mapping]) => mapping.Properties)).toEqual([
      {
        BatchSize: 10,
        Enabled: true,
        EventSourceArn: arnOf('ArchiveQueue'),
        FunctionName: arnOf('ArchiveLambdaFunction'),
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 5 },
      },
    ]);
  });

  it('hides a message for longer than archive can run', () => {
    expect(properties('ArchiveQueue').VisibilityTimeout).toBe(960);
    expect(properties('ArchiveLambdaFunction').Timeout).toBeLessThan(960);
  });

  it('gives a message up after as many receives as archive counts on', () => {
    expect(properties('ArchiveQueue').RedrivePolicy).toEqual({
      deadLetterTargetArn: arnOf('DeadLetterQueue'),
      maxReceiveCount: Number(environment('ArchiveLambdaFunction').MAX_RECEIVE_COUNT),
    });
  });
});

describe.each(functions)('the zip of $name', ({ name, id }) => {
  let files: Map<string, Buffer>;
  let bundle: Buffer;
  let owners: string[];

  beforeAll(async () => {
    files = await service.readZip(name);
    bundle = files.get(`handlers/${name}.mjs`) ?? Buffer.alloc(0);
    const again = await bundleAgain(service, `handlers/${name}.ts`);
    if (!bundle.equals(again.code)) throw new Error(`The list of what ${name} is made of describes another bundle`);
    owners = again.owners;
  });

  it('holds its bundle and nothing else', () => {
    expect([...files.keys()]).toEqual([`handlers/${name}.mjs`]);
    expect(properties(id).Handler).toBe(`handlers/${name}.handler`);
  });

  it('keeps the names of errors, which whoever invokes a function gets to see', () => {
    expect(bundle.toString()).toMatch(/\bTransientError ?= ?class extends ArchiveError\b/);
  });

  describe('loaded', () => {
    let loaded: Awaited<ReturnType<typeof importBundle>>;

    beforeAll(async () => {
      const physicalId = 'https://sqs.eu-central-1.amazonaws.com/123456789012/queue'; // good enough for every Ref
      const settings = Object.entries(environment(id)).map(([key, value]) => [
        key,
        value instanceof Object ? physicalId : value,
      ]);
      loaded = await importBundle(service, bundle, { ...Object.fromEntries(settings), AWS_REGION: 'eu-central-1' });
    });

    it('stands by itself on the Node of the runtime, with the settings of the template', () => {
      expect(loaded).toMatchObject({ handler: 'function', node: expect.stringMatching(/^v24\./) });
    });

    it('has what it calls with, and nothing of fetch, which costs a start 22 ms', () => {
      expect(loaded.modules).toContain('NativeModule https');
      expect(loaded.modules.filter((module) => module.includes('undici'))).toEqual([]);
    });
  });

  it('is made of our handlers, our lib and packages for production', async () => {
    const lock = JSON.parse(await readFile(join(import.meta.dirname, '../package-lock.json'), 'utf8'));
    const isForProduction = (owner: string) => owner in lock.packages && !lock.packages[owner].dev;
    const packages = owners.filter((owner) => owner !== 'handlers' && owner !== 'lib');
    expect(packages).not.toHaveLength(0);
    expect(packages.filter((owner) => !isForProduction(owner))).toEqual([]);
  });

  it('contains what names a download only where a link is signed: nothing of what it does not use', () => {
    expect(owners.includes('node_modules/content-disposition')).toBe(name === 'api');
  });

  it('contains a client of the SDK only where links are signed: calls go without', () => {
    const clients = owners.filter((owner) => owner.includes('@aws-sdk/client-'));
    expect(clients).toEqual(name === 'api' ? ['node_modules/@aws-sdk/client-s3'] : []);
  });
});
