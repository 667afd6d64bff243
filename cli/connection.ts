import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Environment, type OperatorConfig, readOperatorConfig } from '../lib/config.ts';
import { readSetting } from './read-setting.ts';

/** Where the archive is, and the clients to ask it with: by the usual environment and profiles of AWS. */
export type Connection = OperatorConfig & { dynamo: DynamoDBClient; s3: S3Client; sqs: SQSClient; close: () => void };

/** @throws UsageError naming everything that is wrong with the environment */
export function connect(env: Environment): Connection {
  const config = readSetting(readOperatorConfig, env);
  const hasOwnEndpoint = Boolean(env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL);
  const dynamo = new DynamoDBClient();
  // Local endpoints have no bucket in their host name. Whoever reads objects compares checksums, and says what differs.
  const s3 = new S3Client({
    forcePathStyle: hasOwnEndpoint,
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
  });
  const sqs = new SQSClient();
  return { ...config, dynamo, s3, sqs, close: () => [dynamo, s3, sqs].forEach((client) => client.destroy()) };
}
