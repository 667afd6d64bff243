import { describe, expect, it } from '@jest/globals';
import type { Statement } from '../../infrastructure/policy.ts';
import { describeRoles } from '../../infrastructure/roles.ts';
import { createSettings } from '../support/create-settings.ts';

type Policies = { PolicyDocument: { Statement: Statement[] } }[];
const roles = ['WebhookRole', 'ArchiveRole', 'SweepRole', 'ApiRole'];
const key = 'arn:aws:kms:eu-central-1:111122223333:key/abcd';

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const localArn = (rest: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:${rest}` });
const parameterArn = (name: string) => localArn(`ssm:\${AWS::Region}:\${AWS::AccountId}:parameter${name}`);
const statements = (role: string, values: Record<string, unknown> = {}) => {
  const policies = describeRoles(createSettings(values))[role]?.Properties.Policies as Policies;
  return policies.flatMap((policy) => policy.PolicyDocument.Statement);
};
/** What a role gains by a setting. */
const gained = (role: string, values: Record<string, unknown>) => {
  const before = statements(role).map((statement) => JSON.stringify(statement));
  return statements(role, values).filter((statement) => !before.includes(JSON.stringify(statement)));
};

it('are these and no others', () => {
  expect(Object.keys(describeRoles(createSettings()))).toEqual(roles);
});

it.each(roles)('%s may be assumed by Lambda only, and has no managed policy', (role) => {
  const properties = describeRoles(createSettings())[role]?.Properties;
  expect(properties?.AssumeRolePolicyDocument).toEqual({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
  expect(Object.keys(properties ?? {})).toEqual(['AssumeRolePolicyDocument', 'Policies']);
});

it('webhook may log, read its secret and send to the queue', () => {
  expect(statements('WebhookRole')).toEqual([
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: arnOf('WebhookLogGroup') },
    { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: parameterArn('/chamelio-archive/prod/webhook-secret') },
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('ArchiveQueue') },
  ]);
});

it('archive may log, read its key, work the queue, keep records, and write objects under its prefix', () => {
  expect(statements('ArchiveRole', { keyPrefix: 'legal/' })).toEqual([
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
    {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
      Resource: arnOf('ArchiveTable'),
    },
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
    { Effect: 'Allow', Action: 'dynamodb:Query', Resource: { 'Fn::Sub': '${ArchiveTable.Arn}/index/unfinished' } },
  ]);
});

it('api may log, send to the queue, read records, and give links to objects under its prefix', () => {
  expect(statements('ApiRole', { keyPrefix: 'legal/' })).toEqual([
    { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: arnOf('ApiLogGroup') },
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('ArchiveQueue') },
    { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:Query'], Resource: arnOf('ArchiveTable') },
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: { 'Fn::Sub': '${ArchiveBucket.Arn}/legal/tasks/*' },
    },
  ]);
});

it('archive may write to the bucket that was there already, and to no other', () => {
  expect(gained('ArchiveRole', { existingBucket: 'contracts' })).toMatchObject([
    { Action: expect.arrayContaining(['s3:PutObject']), Resource: localArn('s3:::contracts/tasks/*') },
    { Action: 's3:ListBucket', Resource: localArn('s3:::contracts') },
  ]);
  expect(JSON.stringify(statements('ArchiveRole', { existingBucket: 'contracts' }))).not.toContain('ArchiveBucket');
});

it('each reads its secret from the parameter of the setting', () => {
  const names = { apiKeyParameter: '/a/key', webhookSecretParameter: '/a/secret' };
  const read = roles.map((role) => gained(role, names).map(({ Resource }) => Resource));
  expect(read).toEqual([[parameterArn('/a/secret')], [parameterArn('/a/key')], [parameterArn('/a/key')], []]);
});

describe("with a key of the customer's", () => {
  const viaService = (service: string) => ({
    StringEquals: { 'kms:ViaService': { 'Fn::Sub': `${service}.\${AWS::Region}.amazonaws.com` } },
  });

  it('archive may use that of the bucket and api decrypt with it, through S3 only', () => {
    const use = { Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Decrypt'], Resource: key };
    expect(roles.map((role) => gained(role, { kmsKeyArn: key }))).toEqual([
      [],
      [{ ...use, Condition: viaService('s3') }],
      [],
      [{ ...use, Action: 'kms:Decrypt', Condition: viaService('s3') }],
    ]);
  });

  it('each that reads a secret may decrypt with that of the secrets, through Parameter Store only', () => {
    const decrypt = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: key, Condition: viaService('ssm') };
    expect(roles.map((role) => gained(role, { secretsKmsKeyArn: key }))).toEqual([[decrypt], [decrypt], [decrypt], []]);
  });
});

describe('with an event bus', () => {
  const byName = localArn('events:${AWS::Region}:${AWS::AccountId}:event-bus/contracts');
  const arn = 'arn:aws:events:eu-central-1:444455556666:event-bus/contracts';

  it.each([
    { eventBusName: 'contracts', bus: byName },
    { eventBusName: arn, bus: arn },
  ])('archive and sweep may put events on $eventBusName only', ({ eventBusName, bus }) => {
    const put = { Effect: 'Allow', Action: 'events:PutEvents', Resource: bus };
    expect(roles.map((role) => gained(role, { eventBusName }))).toEqual([[], [put], [put], []]);
  });
});
