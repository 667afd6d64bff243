import { credentials, region } from '../local/local-account.ts';
import type { Servers } from './contender.ts';

/** One line of `sh` that copies one document to a key of the bucket `archive`. */
type WriteLine = (servers: Servers, sourceUrl: string, key: string) => string;

export type Command = { name: string; programs: readonly string[]; writeLine: WriteLine };

/** What people run, each document in a process of its own. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'rclone copyurl',
    programs: ['rclone'],
    writeLine: ({ targetUrl }, sourceUrl, key) =>
      `RCLONE_CONFIG_S3_ENDPOINT=${targetUrl} rclone copyurl ${sourceUrl} s3:archive/${key}`,
  },
  {
    name: 'curl | aws s3 cp -',
    programs: ['curl', 'aws'],
    writeLine: ({ targetUrl }, sourceUrl, key) =>
      `curl -qsSf ${sourceUrl} | aws s3 cp --quiet --endpoint-url ${targetUrl} - s3://archive/${key}`,
  },
];

/** All that they are told besides; no one's own configuration. */
export const ENVIRONMENT = {
  RCLONE_CONFIG: '/dev/null',
  RCLONE_CONFIG_S3_TYPE: 's3',
  RCLONE_CONFIG_S3_PROVIDER: 'Other',
  // Its SDK sends a stream in one request over TLS only; this way rclone sends it without.
  RCLONE_CONFIG_S3_USE_PRESIGNED_REQUEST: 'true',
  RCLONE_CONFIG_S3_REGION: region,
  RCLONE_CONFIG_S3_ENV_AUTH: 'true',
  // As a user has it who may only write: nothing looks whether the bucket is there.
  RCLONE_CONFIG_S3_NO_CHECK_BUCKET: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
};
