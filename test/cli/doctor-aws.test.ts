import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  busArn,
  describeAccess,
  describeBackups,
  describePolicy,
  describeQueue,
  describeTable,
  describeVersioning,
  type DoctorWorld,
  goodQueue,
  goodTable,
  noDeadLetters,
  queueArn,
  startDoctorWorld,
  tableArn,
} from '../support/doctor-world.ts';
import { runCli } from '../support/run-cli.ts';
import { type AwsAnswer, refuseJson, refuseS3 } from '../support/scripted-aws.ts';

let world: DoctorWorld;
beforeAll(async () => {
  world = await startDoctorWorld();
});
beforeEach(() => world.beWell());
afterAll(() => world?.close());

const policy = (more: object) => ({
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      ...more,
    },
  ],
});
const redrive = (more: object) =>
  describeQueue({ ...goodQueue, RedrivePolicy: JSON.stringify({ ...JSON.parse(goodQueue.RedrivePolicy), ...more }) });
const index = (more: object) =>
  describeTable({ ...goodTable, GlobalSecondaryIndexes: [{ ...goodTable.GlobalSecondaryIndexes[0], ...more }] });
const keys = [
  { AttributeName: 'id', KeyType: 'HASH' },
  { AttributeName: 'sort', KeyType: 'RANGE' },
];
const deadLetters = (more: object) => describeQueue({ ...noDeadLetters, ...more });

it('finds nothing where all is as it has to be', async () => {
  const { exitCode, findings } = await world.diagnose();

  expect(exitCode).toBe(0);
  expect(findings.filter(({ check }) => !['vendor key', 'webhook secret'].includes(check))).toEqual([
    { check: 'configuration', result: 'ok', message: 'all that is required is set' },
    { check: 'AWS credentials', result: 'ok', message: 'there are some, for eu-central-1' },
    { check: 'bucket', result: 'ok', message: 'archive is there' },
    { check: 'bucket versions', result: 'ok', message: 'versions are kept' },
    { check: 'bucket privacy', result: 'ok', message: 'public access is blocked' },
    { check: 'bucket TLS', result: 'ok', message: 'requests without TLS are refused' },
    { check: 'bucket encryption', result: 'ok', message: 'encrypted by default (aws:kms)' },
    { check: 'table', result: 'ok', message: `${tableArn} is there` },
    { check: 'table index', result: 'ok', message: 'unfinished is there' },
    { check: 'table backups', result: 'ok', message: 'point-in-time recovery is on' },
    { check: 'table protection', result: 'ok', message: 'protected against deletion' },
    { check: 'queue', result: 'ok', message: `${queueArn} is there, with a visibility of 960 s` },
    { check: 'queue redrive', result: 'ok', message: 'after 10 receives a message goes to the dead-letter queue' },
    { check: 'dead letters', result: 'ok', message: 'there are none, and they would be kept for 14 days' },
    { check: 'event bus', result: 'ok', message: `${busArn} is there` },
  ]);
});

type Row = [found: string, check: string, answers: Record<string, AwsAnswer>, message: string];

describe('ends with 1, and says what to do, when it finds wrong', () => {
  const rows: Row[] = [
    [
      'a key that AWS does not know',
      'bucket versions',
      { 's3:versioning': refuseS3(403, 'InvalidAccessKeyId', 'The AWS Access Key Id does not exist.') },
      'The AWS Access Key Id does not exist.',
    ],
    ['no bucket', 'bucket', { 's3:head': { status: 404 } }, 'There is no bucket archive.'],
    [
      'a bucket that keeps no versions',
      'bucket versions',
      { 's3:versioning': describeVersioning('') },
      'versioning is off',
    ],
    [
      'a bucket that keeps no versions any more',
      'bucket versions',
      { 's3:versioning': describeVersioning('Suspended') },
      'versioning is Suspended',
    ],
    [
      'a bucket of which anything can be made public',
      'bucket privacy',
      { 's3:publicAccessBlock': describeAccess(true, true, false, true) },
      'public access is not blocked',
    ],
    [
      'a bucket that can be made public',
      'bucket privacy',
      { 's3:publicAccessBlock': refuseS3(404, 'NoSuchPublicAccessBlockConfiguration') },
      'public access is not blocked',
    ],
    [
      'no table',
      'table',
      { DescribeTable: refuseJson('ResourceNotFoundException', 'Requested resource not found') },
      'Requested resource not found',
    ],
    [
      'a table with other keys',
      'table',
      { DescribeTable: describeTable({ ...goodTable, KeySchema: keys }) },
      'its keys are id, sort',
    ],
    [
      'a table without an index',
      'table index',
      { DescribeTable: describeTable({ ...goodTable, GlobalSecondaryIndexes: undefined }) },
      'there is no index unfinished',
    ],
    [
      'an index with other keys',
      'table index',
      { DescribeTable: index({ KeySchema: keys }) },
      'the keys of the index unfinished are id, sort',
    ],
    [
      'an index that holds keys only',
      'table index',
      { DescribeTable: index({ Projection: { ProjectionType: 'KEYS_ONLY' } }) },
      'does not hold all attributes',
    ],
    [
      'no queue',
      'queue',
      { 'GetQueueAttributes archive': refuseJson('QueueDoesNotExist', 'The specified queue does not exist.') },
      'The specified queue does not exist.',
    ],
    [
      'a queue that shows messages twice',
      'queue',
      { 'GetQueueAttributes archive': describeQueue({ ...goodQueue, VisibilityTimeout: '959' }) },
      'its visibility is 959 s',
    ],
    [
      'a queue without dead letters',
      'queue redrive',
      { 'GetQueueAttributes archive': describeQueue({ ...goodQueue, RedrivePolicy: undefined }) },
      'it has no dead-letter queue',
    ],
    [
      'a queue that gives up at another time',
      'queue redrive',
      { 'GetQueueAttributes archive': redrive({ maxReceiveCount: 5 }) },
      'its maxReceiveCount is 5, MAX_RECEIVE_COUNT is 10',
    ],
    [
      'no event bus',
      'event bus',
      { DescribeEventBus: refuseJson('ResourceNotFoundException', 'Event bus documents does not exist.') },
      'Event bus documents does not exist.',
    ],
  ];

  it.each(rows)('%s', async (_, check, answers, message) => {
    expect(await world.diagnoseWith(check, answers)).toEqual({
      exitCode: 1,
      check,
      result: 'wrong',
      message: expect.stringContaining(message),
      advice: expect.stringMatching(/\.$/),
    });
  });
});

describe('warns of', () => {
  const rows: Row[] = [
    [
      'a bucket without a policy',
      'bucket TLS',
      { 's3:policy': refuseS3(404, 'NoSuchBucketPolicy') },
      'requests without TLS are not refused',
    ],
    [
      'a policy that denies only some',
      'bucket TLS',
      { 's3:policy': describePolicy(policy({ Principal: { AWS: 'arn:aws:iam::1:root' } })) },
      'requests without TLS are not refused',
    ],
    [
      'a policy that denies only writing',
      'bucket TLS',
      { 's3:policy': describePolicy(policy({ Action: ['s3:PutObject'] })) },
      'requests without TLS are not refused',
    ],
    [
      'a policy that allows without TLS',
      'bucket TLS',
      { 's3:policy': describePolicy(policy({ Effect: 'Allow' })) },
      'requests without TLS are not refused',
    ],
    [
      'a bucket without default encryption',
      'bucket encryption',
      { 's3:encryption': refuseS3(404, 'ServerSideEncryptionConfigurationNotFoundError') },
      'there is no default encryption',
    ],
    [
      'an index that is still built',
      'table index',
      { DescribeTable: index({ IndexStatus: 'CREATING' }) },
      'the index unfinished is CREATING',
    ],
    [
      'a table without backups',
      'table backups',
      { DescribeContinuousBackups: describeBackups('DISABLED') },
      'point-in-time recovery is off',
    ],
    [
      'a table that can be deleted',
      'table protection',
      { DescribeTable: describeTable({ ...goodTable, DeletionProtectionEnabled: false }) },
      'not protected against deletion',
    ],
    [
      'dead letters',
      'dead letters',
      {
        'GetQueueAttributes archive-dead-letters': deadLetters({
          ApproximateNumberOfMessages: '2',
          ApproximateNumberOfMessagesNotVisible: '1',
        }),
      },
      'there are 3 messages',
    ],
    [
      'dead letters that are soon gone',
      'dead letters',
      { 'GetQueueAttributes archive-dead-letters': deadLetters({ MessageRetentionPeriod: '345600' }) },
      'they are kept for 345600 s only',
    ],
  ];

  it.each(rows)('%s', async (_, check, answers, message) => {
    expect(await world.diagnoseWith(check, answers)).toEqual({
      exitCode: 0,
      check,
      result: 'warn',
      message: expect.stringContaining(message),
      advice: expect.stringMatching(/\.$/),
    });
  });
});

it.each([
  [
    'an array of one',
    { Principal: { AWS: ['*'] }, Action: ['s3:*'], Condition: { Bool: { 'aws:SecureTransport': ['false'] } } },
  ],
  ['a statement of its own', {}],
])('knows a policy that wants TLS in the form of %s', async (form, more) => {
  const { Statement } = policy(more);
  const found = describePolicy({ Statement: form === 'an array of one' ? Statement : Statement[0] });
  expect(await world.diagnoseWith('bucket TLS', { 's3:policy': found })).toMatchObject({ result: 'ok' });
});

it('compares with the MAX_RECEIVE_COUNT that is set', async () => {
  const answers = { 'GetQueueAttributes archive': redrive({ maxReceiveCount: 5 }) };
  const found = await world.diagnoseWith('queue redrive', answers, { MAX_RECEIVE_COUNT: '5' });
  expect(found).toMatchObject({ exitCode: 0, result: 'ok' });
});

const user = 'User: arn:aws:iam::111122223333:user/operator is not authorized to perform:';

describe('does not know, names the permission and ends with 0, when it may not look at', () => {
  const denied = (action: string) =>
    refuseJson('AccessDeniedException', `${user} ${action} on resource: arn:r because no`);
  const rows: Row[] = [
    ['the bucket', 'bucket', { 's3:head': { status: 403 } }, 's3:ListBucket'],
    [
      'its versions',
      'bucket versions',
      { 's3:versioning': refuseS3(403, 'AccessDenied', 'Access Denied') },
      's3:GetBucketVersioning',
    ],
    [
      'who may read it',
      'bucket privacy',
      { 's3:publicAccessBlock': refuseS3(403, 'AccessDenied') },
      's3:GetBucketPublicAccessBlock',
    ],
    [
      'its policy',
      'bucket TLS',
      { 's3:policy': refuseS3(403, 'AccessDenied', `${user} s3:GetBucketPolicy on resource: arn:r`) },
      's3:GetBucketPolicy',
    ],
    [
      'its encryption',
      'bucket encryption',
      { 's3:encryption': refuseS3(403, 'AccessDenied') },
      's3:GetEncryptionConfiguration',
    ],
    ['the table', 'table', { DescribeTable: denied('dynamodb:DescribeTable') }, 'dynamodb:DescribeTable'],
    [
      'its backups',
      'table backups',
      { DescribeContinuousBackups: denied('dynamodb:DescribeContinuousBackups') },
      'dynamodb:DescribeContinuousBackups',
    ],
    [
      'the queue',
      'queue',
      { 'GetQueueAttributes archive': denied('sqs:getqueueattributes') },
      'sqs:getqueueattributes',
    ],
    [
      'the dead letters',
      'dead letters',
      { 'GetQueueAttributes archive-dead-letters': denied('sqs:getqueueattributes') },
      'sqs:getqueueattributes',
    ],
    ['the bus', 'event bus', { DescribeEventBus: denied('events:DescribeEventBus') }, 'events:DescribeEventBus'],
  ];

  it.each(rows)('%s', async (_, check, answers, action) => {
    expect(await world.diagnoseWith(check, answers)).toEqual({
      exitCode: 0,
      check,
      result: 'unknown',
      message: expect.stringContaining(`The credentials lack the permission ${action}`),
      advice: expect.stringContaining('to have it checked'),
    });
  });
});

it('does not know what the service that was asked does not offer', async () => {
  expect(await world.diagnoseWith('bucket TLS', { 's3:policy': refuseS3(501, 'NotImplemented') })).toEqual({
    exitCode: 0,
    check: 'bucket TLS',
    result: 'unknown',
    message: 'The service that was asked does not offer s3:GetBucketPolicy.',
  });
});

it('leaves out a bus where none is set', async () => {
  const { findings } = await world.diagnose({ EVENT_BUS_NAME: '' });
  expect(findings.map(({ check }) => check)).not.toContain('event bus');
});

it('names what is missing in the configuration, and looks at nothing in AWS', async () => {
  const { exitCode, findings } = await world.diagnose({ ARCHIVE_TABLE: '', MAX_RECEIVE_COUNT: 'ten' });

  expect(exitCode).toBe(1);
  expect(findings.filter(({ result }) => result === 'wrong')).toEqual([
    {
      check: 'configuration',
      result: 'wrong',
      message:
        'Wrong configuration: ARCHIVE_TABLE is missing; MAX_RECEIVE_COUNT expected a whole number from 1 to 1000.',
      advice: 'Set what is missing: nothing in AWS was looked at.',
    },
  ]);
  expect(findings.map(({ check }) => check)).toEqual(['configuration', 'vendor key', 'webhook secret']);
});

it('shows people a line for each, and under it what to do', async () => {
  const { printed } = await runCli(['doctor'], { env: { ...world.env, MAX_RECEIVE_COUNT: '9' } });

  expect(printed).toContain('ok       bucket             archive is there');
  const line = printed.findIndex((text) => text.startsWith('wrong    queue redrive      its maxReceiveCount is 10'));
  expect(printed[line + 1]).toBe('                            Make them the same, here and in the functions.');
});

it('colours the first word where somebody looks at it', async () => {
  const printed: string[] = [];
  const terminal = {
    print: (line: string) => void printed.push(line),
    note: () => undefined,
    progress: undefined,
    paint: (colour: string, text: string) => `<${colour}>${text}`,
  };
  await runCli(['doctor'], { env: { ...world.env, MAX_RECEIVE_COUNT: '9' }, terminal });

  expect(printed.map((line) => /^<(\w+)>(\w+)/.exec(line)?.slice(1))).toEqual(
    expect.arrayContaining([
      ['green', 'ok'],
      ['red', 'wrong'],
      ['dim', 'unknown'],
    ]),
  );
});
