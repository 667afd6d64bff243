import { describe, expect, it } from '@jest/globals';
import { readArchiveConfig } from '../../lib/config.ts';
import { readSettings } from '../../infrastructure/read-settings.ts';
import { allValues, createSettings, defaultValues } from '../support/create-settings.ts';

/** The sentences about these settings, besides defaults. */
function complaints(values: Record<string, unknown>, names: string[] = []): string[] {
  try {
    readSettings({ values: { ...defaultValues, ...values }, names, stage: 'prod' });
    return [];
  } catch (error) {
    return (error as Error).message.split('\n- ').slice(1);
  }
}

const retention =
  '1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653';
const keyRule = 'the ARN of a KMS key (not of an alias), such as arn:aws:kms:eu-central-1:111122223333:key/…';
const days = 'a whole number from 1 to 36500';
const coldRule =
  'one of STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR: others need a restore before a link works, or are kept in one zone only';
const sourceRule = 'letters, digits and . / - _, and not our own source, chamelio-archive';
const alias = 'arn:aws:kms:eu-central-1:111122223333:alias/contracts';

describe('a wrong value is named with what was given and what was expected', () => {
  it.each<[name: string, value: string | number, expected: string]>([
    ['region', 'Frankfurt', 'a region such as eu-central-1'],
    ['baseUrl', 'http://chamelio.example.com', 'an https URL (http only on loopback)'],
    ['baseUrl', 'chamelio', 'an https URL'],
    ['downloadAllowedHosts', 'a b', 'a host, *.host or origin as entry 1; expected at least one host'],
    ['organizationId', 'org 1', 'an id without spaces'],
    ['documents', 'signed', 'generated or all'],
    ['userEmail', 'archive', 'an e-mail address'],
    ['keyPrefix', 'legal', 'to end with /'],
    ['keyPrefix', '/legal/', 'not to start with /'],
    ['keyPrefix', 'legal/*/', 'none of * ? $, which would widen the permissions of the role'],
    ['keyPrefix', 'legal-$/', 'none of * ? $, which would widen the permissions of the role'],
    ['maxDocumentBytes', '5 GiB', 'a whole number from 1 to 83886080000'],
    ['eventSource', 'two words', sourceRule],
    ['eventSource', 'chamelio-archive', sourceRule],
    ['eventBusName', 'two words', 'the name or the ARN of an event bus'],
    ['eventBusName', 'arn:aws:sns:eu-central-1:111122223333:bus', 'the name or the ARN of an event bus'],
    ['logRetentionDays', 31, `one of the periods of CloudWatch Logs: ${retention}`],
    ['existingBucket', 'Contracts', 'the name of a bucket'],
    ['kmsKeyArn', alias, keyRule],
    ['secretsKmsKeyArn', alias, keyRule],
    ['webhookRateLimit', 0, 'a whole number from 1 to 10000'],
    ['webhookBurstLimit', 5001, 'a whole number from 1 to 5000'],
    ['webhookBurstLimit', '1.5', 'a whole number from 1 to 5000'],
    ['alarmTopicArn', 'alarms', 'the ARN of an SNS topic'],
  ])('%s: %s', (name, value, expected) => {
    expect(complaints({ [name]: value })).toEqual([`${name} is "${value}"; expected ${expected}.`]);
  });

  it.each([
    [
      { objectLockMode: 'FOREVER', objectLockDays: 1 },
      'objectLockMode is "FOREVER"; expected GOVERNANCE or COMPLIANCE.',
    ],
    [
      { apiJwtIssuer: 'http://issuer.example.com', apiJwtAudience: 'archive' },
      'apiJwtIssuer is "http://issuer.example.com"; expected the https URL of an issuer, as its tokens name it in iss.',
    ],
    [
      { apiJwtIssuer: 'https://issuer.example.com', apiJwtAudience: 'two words' },
      'apiJwtAudience is "two words"; expected an audience, as tokens name it in aud or client_id.',
    ],
    [
      { apiJwtIssuer: 'https://issuer.example.com', apiJwtAudience: 'archive', apiJwtScope: 'read write' },
      'apiJwtScope is "read write"; expected one scope, without spaces, quotes and backslashes.',
    ],
    [{ objectLockMode: 'GOVERNANCE', objectLockDays: 36_501 }, `objectLockDays is "36501"; expected ${days}.`],
    [{ coldStorageClass: 'GLACIER', coldStorageDays: 90 }, `coldStorageClass is "GLACIER"; expected ${coldRule}.`],
    [
      { coldStorageClass: 'DEEP_ARCHIVE', coldStorageDays: 90 },
      `coldStorageClass is "DEEP_ARCHIVE"; expected ${coldRule}.`,
    ],
    [
      { coldStorageClass: 'ONEZONE_IA', coldStorageDays: 90 },
      `coldStorageClass is "ONEZONE_IA"; expected ${coldRule}.`,
    ],
    [{ coldStorageClass: 'GLACIER_IR', coldStorageDays: 'soon' }, `coldStorageDays is "soon"; expected ${days}.`],
  ])('%j', (values, sentence) => {
    expect(complaints(values)).toEqual([sentence]);
  });

  it.each([
    ['region', 'a region such as eu-central-1'],
    ['apiKeyParameter', 'the name of an SSM parameter, which begins with /'],
    ['eventSource', sourceRule],
    ['webhookRateLimit', 'a whole number from 1 to 10000'],
  ])('%s, when it was emptied', (name, expected) => {
    expect(complaints({ [name]: '' })).toEqual([`${name} is empty; expected ${expected}.`]);
  });

  it('once, however much is wrong with it', () => {
    expect(complaints({ keyPrefix: '/*' })).toEqual([
      'keyPrefix is "/*"; expected to end with /; expected not to start with /; expected none of * ? $, which would widen the permissions of the role.',
    ]);
  });
});

describe('what could be a secret is not shown', () => {
  it.each(['apiKeyParameter', 'webhookSecretParameter'])('in the place of %s', (name) => {
    expect(complaints({ [name]: 'ca_s3cret' })).toEqual([
      `${name} is wrong (its value could be the secret itself and is not shown); expected the name of an SSM parameter, which begins with /.`,
    ]);
  });

  it.each([
    ['baseUrl', 'https://user:s3cret@chamelio.example.com'],
    ['baseUrl', 'https://chamelio.example.com?token=s3cret'],
    ['downloadAllowedHosts', 'https://user:s3cret@chamelio.example.com'],
    ['downloadAllowedHosts', 'user:s3cret@chamelio.example.com'],
  ])('in %s: %s', (name, value) => {
    expect(complaints({ [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name} is (?!.*s3cret).*expected`)),
    ]);
  });
});

describe('a name that is no setting', () => {
  it('is refused with the nearest one', () => {
    expect(complaints({}, ['keyPrefix', 'keyPrefx'])).toEqual(['keyPrefx is no setting; did you mean keyPrefix?']);
  });

  it('is refused once, wherever it stands', () => {
    expect(complaints({}, ['keyPrefx', 'keyPrefx'])).toHaveLength(1);
  });
});

it('names everything that is wrong at once: names, values, combinations', () => {
  const wrong = { keyPrefix: 'legal', objectLockDays: 5, logRetentionDays: 31 };
  expect(complaints(wrong, ['alarmTopic']).map((sentence) => sentence.split(' ')[0])).toEqual([
    'alarmTopic',
    'keyPrefix',
    'logRetentionDays',
    'objectLockDays',
  ]);
});

it('ends without a stack, which osls would print', () => {
  const read = () => readSettings({ values: {}, names: [], stage: 'prod' });
  expect(read).toThrow(expect.objectContaining({ stack: expect.not.stringContaining(' at ') }));
});

describe('right values', () => {
  it('are taken for every setting', () => {
    expect(createSettings(allValues)).toMatchObject({
      ...allValues,
      maxDocumentBytes: '1048576', // archive itself reads it
    });
  });

  it('are left out where nothing was given', () => {
    expect(createSettings({ kmsKeyArn: '', objectLockDays: '' })).toEqual({
      ...defaultValues,
      maxDocumentBytes: '5368709120',
      keyPrefix: '',
      stage: 'prod',
      serviceName: 'chamelio-archive-prod',
    });
  });

  it.each([
    { eventBusName: 'arn:aws:events:eu-central-1:111122223333:event-bus/contracts' },
    { eventBusName: 'default' },
    { coldStorageClass: 'STANDARD_IA', coldStorageDays: 30 },
    { coldStorageClass: 'INTELLIGENT_TIERING', coldStorageDays: 1 },
    { existingBucket: 'contracts.example.com', kmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:key/mrk-0123' },
    { region: 'us-gov-west-1' },
  ])('such as %j', (values) => {
    expect(complaints(values)).toEqual([]);
  });
});

it.each([
  ['baseUrl', 'CHAMELIO_BASE_URL', ['https://a.example.com', 'http://127.0.0.1:1', 'http://a.example.com', 'a']],
  ['downloadAllowedHosts', 'DOWNLOAD_ALLOWED_HOSTS', ['*.amazonaws.com', 'http://127.0.0.1:9000', '*', 'a:80', ',']],
  ['keyPrefix', 'ARCHIVE_KEY_PREFIX', ['', 'a/', 'a', '/a/', `${'a'.repeat(399)}/`, `${'a'.repeat(400)}/`]],
  ['maxDocumentBytes', 'MAX_DOCUMENT_BYTES', ['1', '0', '1.5', '83886080000', '83886080001']],
])('judges %s as archive judges %s at its cold start', (name, variable, values) => {
  const others = { CHAMELIO_API_KEY: 'x', ARCHIVE_BUCKET: 'x', ARCHIVE_TABLE: 'x', ARCHIVE_QUEUE_URL: 'https://x' };
  const isTaken = (value: string) => {
    try {
      readArchiveConfig({ ...others, [variable]: value });
      return true;
    } catch {
      return false;
    }
  };
  const judged = values.map((value) => complaints({ [name]: value }).length === 0);
  expect(judged).toEqual(values.map(isTaken));
  expect(new Set(judged).size).toBe(2);
});
