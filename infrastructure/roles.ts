import { bucketArn, objectsArn } from './bucket.ts';
import { arnOf, type CloudFormationResource, fillIn, localArn, type Resources } from './cloudformation.ts';
import { allow, policyDocument, type Statement } from './policy.ts';
import type { Settings } from './settings.ts';

const writeLog = (logGroup: string) => allow(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf(logGroup));

/** A key of the customer's own, and only where that service asks for it. The service's own keys need no permission. */
const useKey = (keyArn: string | undefined, service: string, actions: string | string[]): Statement[] => {
  const viaService = { StringEquals: { 'kms:ViaService': fillIn(`${service}.\${AWS::Region}.amazonaws.com`) } };
  return keyArn ? [{ ...allow(actions, keyArn), Condition: viaService }] : [];
};

const readSecret = (name: string, { secretsKmsKeyArn }: Settings) => [
  allow('ssm:GetParameter', localArn('ssm', `parameter${name}`)),
  ...useKey(secretsKmsKeyArn, 'ssm', 'kms:Decrypt'),
];

const publishEvents = ({ eventBusName }: Settings): Statement[] => {
  if (!eventBusName) return [];
  const isArn = eventBusName.startsWith('arn:');
  return [allow('events:PutEvents', isArn ? eventBusName : localArn('events', `event-bus/${eventBusName}`))];
};

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
  ...readSecret(settings.webhookSecretParameter, settings),
  allow('sqs:SendMessage', arnOf('ArchiveQueue')),
];

const archive = (settings: Settings) => [
  writeLog('ArchiveLogGroup'),
  ...readSecret(settings.apiKeyParameter, settings),
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
  allow(['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], arnOf('ArchiveTable')),
  allow(['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion', 's3:AbortMultipartUpload'], objectsArn(settings)),
  // Lists nothing: without it S3 answers 403 instead of 404 to a HEAD of a missing key.
  allow('s3:ListBucket', bucketArn(settings)),
  // An upload in parts decrypts what it puts together.
  ...useKey(settings.kmsKeyArn, 's3', ['kms:GenerateDataKey', 'kms:Decrypt']),
  ...publishEvents(settings),
];

const sweep = (settings: Settings) => [
  writeLog('SweepLogGroup'),
  ...readSecret(settings.apiKeyParameter, settings),
  allow('sqs:SendMessage', arnOf('ArchiveQueue')),
  allow(['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query'], arnOf('ArchiveTable')),
  allow('dynamodb:Query', fillIn('${ArchiveTable.Arn}/index/unfinished')),
  ...publishEvents(settings),
];

const api = (settings: Settings) => [
  writeLog('ApiLogGroup'),
  allow('sqs:SendMessage', arnOf('ArchiveQueue')),
  allow(['dynamodb:GetItem', 'dynamodb:Query'], arnOf('ArchiveTable')),
  // It reads no object itself: a link acts with the rights of who signed it.
  allow(['s3:GetObject', 's3:GetObjectVersion'], objectsArn(settings)),
  ...useKey(settings.kmsKeyArn, 's3', 'kms:Decrypt'),
];

/** One role a function, with what that function calls and nothing else. */
export function describeRoles(settings: Settings): Resources {
  return {
    WebhookRole: role('webhook', webhook(settings)),
    ArchiveRole: role('archive', archive(settings)),
    SweepRole: role('sweep', sweep(settings)),
    ApiRole: role('api', api(settings)),
  };
}
