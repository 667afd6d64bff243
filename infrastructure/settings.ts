import * as z from 'zod';
import { VARIABLES } from '../lib/config.ts';

const matching = (pattern: RegExp, expected: string) =>
  z.string(`expected ${expected}`).regex(pattern, `expected ${expected}`);

const wholeNumber = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return matching(/^\d{1,15}$/, expected)
    .transform(Number)
    .refine((number) => number >= min && number <= max, `expected ${expected}`);
};

/** By the very rule for a variable of the functions that would stop them at their cold start. */
const asFunctionsRead = (variable: keyof typeof VARIABLES) =>
  z.string('expected a value').superRefine((value, context) => {
    const { error } = VARIABLES[variable]().safeParse(value);
    for (const { message } of error?.issues ?? []) context.addIssue({ code: 'custom', message });
  });

const parameterName = matching(/^\/[\w./-]{1,1000}$/, 'the name of an SSM parameter, which begins with /');
const kmsKeyArn = matching(
  /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
  'the ARN of a KMS key (not of an alias), such as arn:aws:kms:eu-central-1:111122223333:key/…',
);

/** The periods that CloudWatch Logs knows. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Those that answer a GET at once, in more than one zone: a link to an archived document has to work. */
const COLD_CLASSES = ['STANDARD_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'];

const schemas = {
  region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-central-1'),
  apiKeyParameter: parameterName,
  webhookSecretParameter: parameterName,
  baseUrl: asFunctionsRead('CHAMELIO_BASE_URL'),
  downloadAllowedHosts: asFunctionsRead('DOWNLOAD_ALLOWED_HOSTS'),
  organizationId: matching(/^\S{1,256}$/, 'an id without spaces').optional(),
  documents: asFunctionsRead('ARCHIVE_DOCUMENTS'),
  userEmail: asFunctionsRead('CHAMELIO_USER_EMAIL').optional(),
  keyPrefix: asFunctionsRead('ARCHIVE_KEY_PREFIX')
    .refine((prefix) => !/[*?$]/.test(prefix), 'expected none of * ? $, which would widen the permissions of the role')
    .default(''),
  maxDocumentBytes: asFunctionsRead('MAX_DOCUMENT_BYTES'),
  eventSource: matching(
    /^(?!chamelio-archive$)[\w./-]{1,256}$/,
    'letters, digits and . / - _, and not our own source, chamelio-archive',
  ),
  eventBusName: matching(
    /^(arn:[\w-]+:events:[\w-]+:\d{12}:event-bus\/)?[\w./-]{1,256}$/,
    'the name or the ARN of an event bus',
  ).optional(),
  logRetentionDays: matching(
    new RegExp(`^(${RETENTION_DAYS.join('|')})$`),
    `one of the periods of CloudWatch Logs: ${RETENTION_DAYS.join(', ')}`,
  ).transform(Number),
  existingBucket: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket').optional(),
  kmsKeyArn: kmsKeyArn.optional(),
  secretsKmsKeyArn: kmsKeyArn.optional(),
  objectLockMode: matching(/^(GOVERNANCE|COMPLIANCE)$/, 'GOVERNANCE or COMPLIANCE').optional(),
  objectLockDays: wholeNumber(1, 36_500).optional(),
  coldStorageClass: matching(
    new RegExp(`^(${COLD_CLASSES.join('|')})$`),
    `one of ${COLD_CLASSES.join(', ')}: others need a restore before a link works, or are kept in one zone only`,
  ).optional(),
  coldStorageDays: wholeNumber(1, 36_500).optional(),
  webhookRateLimit: wholeNumber(1, 10_000),
  webhookBurstLimit: wholeNumber(1, 5_000),
  apiJwtIssuer: matching(
    /^https:\/\/[^\s?#@]{1,1000}$/,
    'the https URL of an issuer, as its tokens name it in iss',
  ).optional(),
  apiJwtAudience: matching(/^[\x21-\x7e]{1,256}$/, 'an audience, as tokens name it in aud or client_id').optional(),
  apiJwtScope: matching(
    /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/,
    'one scope, without spaces, quotes and backslashes',
  ).optional(),
  alarmTopicArn: matching(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/, 'the ARN of an SNS topic').optional(),
};
/** From text, as a deployment gives them; an empty one is one that isn't there. */
export const settingsSchema = z.object(schemas);

export type SettingName = keyof typeof schemas;
/** With the stage, and the name under which its functions log and count. */
export type Settings = z.infer<typeof settingsSchema> & { stage: string; serviceName: string };
export const settingNames = Object.keys(schemas) as SettingName[];
