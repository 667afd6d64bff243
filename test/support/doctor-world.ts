import type { Finding } from '../../cli/verdict.ts';
import { setEnvironment } from '../../local/environment.ts';
import { runCli } from './run-cli.ts';
import { type AwsAnswer, startScriptedAws } from './scripted-aws.ts';

const region = 'eu-central-1';
const account = '111122223333';
export const tableArn = `arn:aws:dynamodb:${region}:${account}:table/archive`;
export const queueArn = `arn:aws:sqs:${region}:${account}:archive`;
export const busArn = `arn:aws:events:${region}:${account}:event-bus/documents`;

const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

export const goodTable = {
  TableArn: tableArn,
  KeySchema: keys('task_id', 'step_id'),
  DeletionProtectionEnabled: true,
  GlobalSecondaryIndexes: [
    {
      IndexName: 'unfinished',
      IndexStatus: 'ACTIVE',
      KeySchema: keys('unfinished', 'updated_at'),
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

export const goodQueue = {
  QueueArn: queueArn,
  VisibilityTimeout: '960',
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `${queueArn}-dead-letters`, maxReceiveCount: 10 }),
};

export const noDeadLetters = {
  MessageRetentionPeriod: '1209600',
  ApproximateNumberOfMessages: '0',
  ApproximateNumberOfMessagesNotVisible: '0',
  ApproximateNumberOfMessagesDelayed: '0',
};

const tlsOnly = {
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: 'arn:aws:s3:::archive/*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
};

export const describePolicy = (policy: object): AwsAnswer => ({ body: JSON.stringify(policy) });
export const describeTable = (table: object): AwsAnswer => ({ body: { Table: table } });
export const describeQueue = (attributes: object): AwsAnswer => ({ body: { Attributes: attributes } });
export const describeAccess = (...blocked: boolean[]): AwsAnswer => {
  const names = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];
  const settings = names.map((name, index) => `<${name}>${blocked[index] ?? true}</${name}>`).join('');
  return { body: `<PublicAccessBlockConfiguration>${settings}</PublicAccessBlockConfiguration>` };
};
export const describeVersioning = (status: string): AwsAnswer => ({
  body: `<VersioningConfiguration>${status && `<Status>${status}</Status>`}</VersioningConfiguration>`,
});
export const describeBackups = (status: string): AwsAnswer => ({
  body: {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status },
    },
  },
});

/** An account in which all is as it has to be. */
const goodAnswers: Record<string, AwsAnswer> = {
  's3:head': {},
  's3:versioning': describeVersioning('Enabled'),
  's3:publicAccessBlock': describeAccess(),
  's3:policy': describePolicy(tlsOnly),
  's3:encryption': {
    body: '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
  },
  DescribeTable: describeTable(goodTable),
  DescribeContinuousBackups: describeBackups('ENABLED'),
  'GetQueueAttributes archive': describeQueue(goodQueue),
  'GetQueueAttributes archive-dead-letters': describeQueue(noDeadLetters),
  DescribeEventBus: { body: { Name: 'documents', Arn: busArn } },
};

export type DoctorWorld = Awaited<ReturnType<typeof startDoctorWorld>>;

/** AWS as it should be, until it is told otherwise, and the doctor who looks at it. */
export async function startDoctorWorld() {
  const aws = await startScriptedAws();
  const env = {
    ARCHIVE_BUCKET: 'archive',
    ARCHIVE_TABLE: 'archive',
    ARCHIVE_QUEUE_URL: `${aws.url}/${account}/archive`,
    EVENT_BUS_NAME: 'documents',
    AWS_ENDPOINT_URL: aws.url,
  };
  setEnvironment({ AWS_ENDPOINT_URL: aws.url, AWS_MAX_ATTEMPTS: '1' });
  const diagnose = async (more: Record<string, string> = {}) => {
    const { exitCode, printed, noted } = await runCli(['doctor', '--json'], { env: { ...env, ...more } });
    return { exitCode, noted, findings: JSON.parse(printed.join('\n')) as Finding[] };
  };
  return {
    env,
    diagnose,
    /** One line, when AWS answers this instead, and all is as it should be again. */
    diagnoseWith: async (check: string, answers: Record<string, AwsAnswer>, more: Record<string, string> = {}) => {
      aws.set(answers);
      const { exitCode, findings } = await diagnose(more);
      aws.set(goodAnswers);
      return { exitCode, ...findings.find((finding) => finding.check === check) };
    },
    beWell: () => aws.set(goodAnswers),
    close: aws.close,
  };
}
