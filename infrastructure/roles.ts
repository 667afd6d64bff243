import { bucketArn, objectsArn } from './bucket.ts';
import {
  arnOf,
  type CloudFormationResource,
  fillIn,
  localArn,
  policyDocument,
  type Reference,
  type Resources,
  type Statement,
} from './cloudformation.ts';
import type { Settings } from './settings.ts';

const allow = (Action: string | string[], Resource: Reference): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const writeLog = (logGroup: string) => allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf(logGroup));
const readParameter = (name: string) => allow('ssm:GetParameter', localArn('ssm', `parameter${name}`));

const role = (name: string, statements: Statement[]): CloudFormationResource => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: policyDocument({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
    Policies: [{ PolicyName: name, PolicyDocument: policyDocument(...statements) }],
  },
});

const webhook = (settings: Settings) => [
  writeLog('WebhookLogGroup'),
  readParameter(settings.webhookSecretParameter),
  allow('sqs:SendMessage', arnOf('ArchiveQueue')),
];

const archive = (settings: Settings) => [
  writeLog('ArchiveLogGroup'),
  readParameter(settings.apiKeyParameter),
  allow(
    [
      'sqs:ReceiveMessage', // these three: the event source mapping, which works under this role
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:SendMessage',
      'sqs:ChangeMessageVisibility',
    ],
    arnOf('ArchiveQueue'),
  ),
  allow(['dynamodb:GetItem', 'dynamodb:UpdateItem'], arnOf('ArchiveTable')),
  allow(['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion', 's3:AbortMultipartUpload'], objectsArn(settings)),
  // Lists nothing: without it S3 answers 403 instead of 404 to a HEAD of a missing key.
  allow('s3:ListBucket', bucketArn(settings)),
];

const sweep = (settings: Settings) => [
  writeLog('SweepLogGroup'),
  readParameter(settings.apiKeyParameter),
  allow('sqs:SendMessage', arnOf('ArchiveQueue')),
  allow(['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], arnOf('ArchiveTable')),
  allow('dynamodb:Query', fillIn('${ArchiveTable.Arn}/index/unfinished')),
];

/**
 * One role a function, with what that function calls and nothing else. Without a key of the customer's no kms action: the
 * key `aws/ssm` lets every principal of the account decrypt what Parameter Store lets it read.
 */
export function describeRoles(settings: Settings): Resources {
  return {
    WebhookRole: role('webhook', webhook(settings)),
    ArchiveRole: role('archive', archive(settings)),
    SweepRole: role('sweep', sweep(settings)),
  };
}
