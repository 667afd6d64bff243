import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  bundleAgain,
  importBundle,
  type PackagedService,
  packageService,
  type Resource,
  type Statement,
} from './support/packaged-template.ts';

/** What the memory of a document is measured with, in test/faults/memory.test.ts. */
const nodeOptions = '--max-semi-space-size=2';

const functions = [
  { name: 'webhook', id: 'WebhookLambdaFunction', role: 'WebhookRole', logGroup: 'WebhookLogGroup' },
  { name: 'archive', id: 'ArchiveLambdaFunction', role: 'ArchiveRole', logGroup: 'ArchiveLogGroup' },
  { name: 'sweep', id: 'SweepLambdaFunction', role: 'SweepRole', logGroup: 'SweepLogGroup' },
];
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const parameterArn = (name: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter${name}`,
});

let service: PackagedService;
let resources: Record<string, Resource>;

const properties = (id: string) => resources[id]?.Properties ?? {};
const environment = (id: string) => (properties(id).Environment as { Variables: Record<string, unknown> }).Variables;
const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type);
const statements = (id: string) => {
  const policies = properties(id).Policies as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap((policy) => policy.PolicyDocument.Statement);
};
const policyOf = (queue: string) =>
  ofType('AWS::SQS::QueuePolicy').find(([, { Properties }]) =>
    JSON.stringify(Properties.Queues).includes(`"${queue}"`),
  )?.[1].Properties.PolicyDocument;

beforeAll(async () => {
  service = await packageService('--stage', 'prod', '--param', 'keyPrefix=legal/', '--param', 'organizationId=org_1');
  resources = service.template.Resources;
}, 90_000);
afterAll(() => service?.remove());

describe('functions', () => {
  it('are these and no others', () => {
    expect(ofType('AWS::Lambda::Function').map(([id]) => id)).toEqual(functions.map(({ id }) => id));
  });

  it.each([
    { id: 'WebhookLambdaFunction', MemorySize: 256, Timeout: 10 },
    { id: 'ArchiveLambdaFunction', MemorySize: 1024, Timeout: 900 },
    { id: 'SweepLambdaFunction', MemorySize: 256, Timeout: 600 },
  ])('$id runs on Node 24 and arm64 with its time and memory', ({ id, ...sizes }) => {
    expect(properties(id)).toMatchObject({ ...sizes, Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('gives webhook exactly the settings it reads', () => {
    expect(environment('WebhookLambdaFunction')).toEqual({
      ARCHIVE_ORGANIZATION_ID: 'org_1',
      ARCHIVE_QUEUE_URL: { Ref: 'ArchiveQueue' },
      CHAMELIO_WEBHOOK_SECRET_PARAMETER: '/chamelio-archive/prod/webhook-secret',
    });
  });

  it('gives archive exactly the settings it reads', () => {
    expect(environment('ArchiveLambdaFunction')).toEqual({
      ARCHIVE_BUCKET: { Ref: 'ArchiveBucket' },
      ARCHIVE_KEY_PREFIX: 'legal/',
      ARCHIVE_QUEUE_URL: { Ref: 'ArchiveQueue' },
      ARCHIVE_TABLE: { Ref: 'ArchiveTable' },
      CHAMELIO_API_KEY_PARAMETER: '/chamelio-archive/prod/api-key',
      CHAMELIO_BASE_URL: 'https://platform.chamelio.ai',
      DOWNLOAD_ALLOWED_HOSTS: '*.amazonaws.com',
      MAX_DOCUMENT_BYTES: '5368709120',
      MAX_RECEIVE_COUNT: '10',
      NODE_OPTIONS: nodeOptions,
    });
  });

  it('gives sweep exactly the settings it reads', () => {
    expect(environment('SweepLambdaFunction')).toEqual({
      ARCHIVE_QUEUE_URL: { Ref: 'ArchiveQueue' },
      ARCHIVE_TABLE: { Ref: 'ArchiveTable' },
      CHAMELIO_API_KEY_PARAMETER: '/chamelio-archive/prod/api-key',
      CHAMELIO_BASE_URL: 'https://platform.chamelio.ai',
    });
  });

  it('keeps the logs of each for 90 days, not for ever', () => {
    const groups = ofType('AWS::Logs::LogGroup').map(([id, group]) => [id, group.Properties.RetentionInDays]);
    expect(groups).toEqual(functions.map(({ logGroup }) => [logGroup, 90]));
  });
});

describe('permissions', () => {
  it.each(functions)('$name has a role of its own, which only Lambda may assume', ({ id, role }) => {
    expect(properties(id).Role).toEqual(arnOf(role));
    expect(properties(role)).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
    });
    expect(properties(role)).not.toHaveProperty('ManagedPolicyArns');
  });

  it('webhook may log, read its secret and send to the queue', () => {
    expect(statements('WebhookRole')).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: arnOf('WebhookLogGroup') },
      { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: parameterArn('/chamelio-archive/prod/webhook-secret') },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('ArchiveQueue') },
    ]);
  });

  it('archive may log, read its key, work the queue, keep records, and write objects under its prefix', () => {
    expect(statements('ArchiveRole')).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: arnOf('ArchiveLogGroup') },
      { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: parameterArn('/chamelio-archive/prod/api-key') },
      {
        Effect: 'Allow',
        Action: [
          'sqs:ReceiveMessage',
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:SendMessage',
          'sqs:ChangeMessageVisibility',
        ],
        Resource: arnOf('ArchiveQueue'),
      },
      { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], Resource: arnOf('ArchiveTable') },
      {
        Effect: 'Allow',
        Action: ['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion', 's3:AbortMultipartUpload'],
        Resource: { 'Fn::Sub': '${ArchiveBucket.Arn}/legal/tasks/*' },
      },
      { Effect: 'Allow', Action: 's3:ListBucket', Resource: arnOf('ArchiveBucket') },
    ]);
  });

  it('sweep may log, read the key, send to the queue, and read and change records', () => {
    expect(statements('SweepRole')).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: arnOf('SweepLogGroup') },
      { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: parameterArn('/chamelio-archive/prod/api-key') },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('ArchiveQueue') },
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
        Resource: arnOf('ArchiveTable'),
      },
      {
        Effect: 'Allow',
        Action: 'dynamodb:Query',
        Resource: { 'Fn::Sub': '${ArchiveTable.Arn}/index/unfinished' },
      },
    ]);
  });

  it('lets no role do everything, or anything to everything', () => {
    const all = ofType('AWS::IAM::Role').flatMap(([id]) => statements(id));
    expect(all).not.toHaveLength(0);
    expect(all.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([]);
    expect(all.flatMap(({ Resource }) => Resource).filter((resource) => typeof resource === 'string')).toEqual([]);
  });
});

describe('the webhook route', () => {
  it('hands POST /webhooks/chamelio to webhook as payload 2.0', () => {
    expect(ofType('AWS::ApiGatewayV2::Route').map(([, route]) => route.Properties.RouteKey)).toEqual([
      'POST /webhooks/chamelio',
    ]);
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
    ]);
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

  it('alone may use its dead-letter queue', () => {
    const name = properties('ArchiveQueue').QueueName;
    const place = { 'Fn::Sub': 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}' };
    expect(properties('DeadLetterQueue').RedriveAllowPolicy).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [{ 'Fn::Join': [':', [place, name]] }],
    });
  });

  it('has a name that is new with every stack, and nothing else has a name of its own', () => {
    const stackId = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
    expect(properties('ArchiveQueue').QueueName).toEqual({ 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, stackId]] });
    const named = Object.entries(resources).flatMap(([id, { Properties }]) =>
      ['BucketName', 'QueueName', 'RoleName', 'TableName'].filter((key) => key in Properties).map((key) => [id, key]),
    );
    expect(named).toEqual([['ArchiveQueue', 'QueueName']]);
  });

  it('like every other one is encrypted and keeps messages for 14 days', () => {
    const queues = ofType('AWS::SQS::Queue');
    expect(queues).toHaveLength(3);
    for (const [, { Properties }] of queues) {
      expect(Properties).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    }
  });
});

describe('the event rule', () => {
  it('sends events from chamelio and chamelio.anything, never our own, to the queue', () => {
    expect(properties('EventRule')).toMatchObject({
      EventPattern: { source: ['chamelio', { prefix: 'chamelio.' }] },
      Targets: [{ Arn: arnOf('ArchiveQueue'), DeadLetterConfig: { Arn: arnOf('EventDeadLetterQueue') } }],
    });
    expect(properties('EventRule').Targets).toHaveLength(1);
  });

  it.each(['ArchiveQueue', 'EventDeadLetterQueue'])('and nobody else may send to %s by its policy', (queue) => {
    expect(policyOf(queue)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arnOf(queue),
          Condition: { ArnEquals: { 'aws:SourceArn': arnOf('EventRule') } },
        },
      ],
    });
  });
});

describe('storage', () => {
  it('has a table with the keys and the sparse index of the contract', () => {
    expect(properties('ArchiveTable')).toEqual({
      AttributeDefinitions: ['task_id', 'step_id', 'unfinished', 'updated_at'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'unfinished',
          KeySchema: [
            { AttributeName: 'unfinished', KeyType: 'HASH' },
            { AttributeName: 'updated_at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      KeySchema: [
        { AttributeName: 'task_id', KeyType: 'HASH' },
        { AttributeName: 'step_id', KeyType: 'RANGE' },
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('has a bucket that is versioned, private, encrypted and free of abandoned uploads', () => {
    expect(properties('ArchiveBucket')).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: {
        Rules: [{ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  it.each(['ArchiveBucket', 'ArchiveTable', 'DeadLetterQueue', 'EventDeadLetterQueue'])('keeps %s at removal', (id) => {
    expect(resources[id]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });
});

it('puts out what an operator needs', () => {
  expect(service.template.Outputs).toMatchObject({
    WebhookUrl: {
      Value: { 'Fn::Sub': 'https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/webhooks/chamelio' },
    },
    ArchiveBucketName: { Value: { Ref: 'ArchiveBucket' } },
    ArchiveTableName: { Value: { Ref: 'ArchiveTable' } },
    ArchiveQueueUrl: { Value: { Ref: 'ArchiveQueue' } },
    DeadLetterQueueUrl: { Value: { Ref: 'DeadLetterQueue' } },
    EventDeadLetterQueueUrl: { Value: { Ref: 'EventDeadLetterQueue' } },
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

  it('loads by itself on the Node of the runtime, with the settings of the template', async () => {
    const physicalId = 'https://sqs.eu-central-1.amazonaws.com/123456789012/queue'; // good enough for every Ref
    const settings = Object.entries(environment(id)).map(([key, value]) => [
      key,
      value instanceof Object ? physicalId : value,
    ]);
    const loaded = await importBundle(service, bundle, { ...Object.fromEntries(settings), AWS_REGION: 'eu-central-1' });
    expect(loaded).toEqual({ handler: 'function', node: expect.stringMatching(/^v24\./) });
  });

  it('is made of our handlers, our lib and packages for production', async () => {
    const lock = JSON.parse(await readFile(join(import.meta.dirname, '../package-lock.json'), 'utf8'));
    const isForProduction = (owner: string) => owner in lock.packages && !lock.packages[owner].dev;
    const packages = owners.filter((owner) => owner !== 'handlers' && owner !== 'lib');
    expect(packages).not.toHaveLength(0);
    expect(packages.filter((owner) => !isForProduction(owner))).toEqual([]);
  });

  it('contains the AWS clients it uses and no other', () => {
    const used =
      {
        webhook: ['sqs', 'ssm'],
        archive: ['dynamodb', 's3', 'sqs', 'ssm'],
        sweep: ['dynamodb', 'sqs', 'ssm'],
      }[name] ?? [];
    const clients = owners.filter((owner) => owner.includes('@aws-sdk/client-'));
    expect(clients).toEqual(used.map((client) => `node_modules/@aws-sdk/client-${client}`));
  });
});
