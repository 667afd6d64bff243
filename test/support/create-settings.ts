import { readSettings } from '../../infrastructure/read-settings.ts';
import type { Settings } from '../../infrastructure/settings.ts';

/** The defaults of serverless.yml; test/infrastructure/packaged.test.ts holds them against it. */
export const defaultValues = {
  region: 'eu-central-1',
  apiKeyParameter: '/chamelio-archive/prod/api-key',
  webhookSecretParameter: '/chamelio-archive/prod/webhook-secret',
  baseUrl: 'https://platform.chamelio.ai',
  downloadAllowedHosts: '*.amazonaws.com',
  documents: 'generated',
  maxDocumentBytes: 5_368_709_120,
  eventSource: 'chamelio',
  webhookRateLimit: 100,
  webhookBurstLimit: 200,
  logRetentionDays: 365,
};

/** The settings of stage prod, with these values besides the defaults. */
export const createSettings = (values: Record<string, unknown> = {}): Settings =>
  readSettings({ values: { ...defaultValues, ...values }, names: [], stage: 'prod' });

const key = (id: string) => `arn:aws:kms:eu-central-1:111122223333:key/${id}`;

/** Every setting away from its default, but for the ones of a bucket that is there already. */
export const allValues = {
  region: 'eu-central-1',
  apiKeyParameter: '/contracts/api-key',
  webhookSecretParameter: '/contracts/webhook-secret',
  secretsKmsKeyArn: key('00000000-0000-0000-0000-000000000001'),
  baseUrl: 'https://chamelio.example.com',
  downloadAllowedHosts: 'documents.s3.eu-central-1.amazonaws.com',
  organizationId: 'org_1',
  documents: 'all',
  userEmail: 'archive@example.com',
  keyPrefix: 'legal/',
  maxDocumentBytes: 1_048_576,
  kmsKeyArn: key('00000000-0000-0000-0000-000000000002'),
  objectLockMode: 'COMPLIANCE',
  objectLockDays: 3650,
  coldStorageClass: 'GLACIER_IR',
  coldStorageDays: 90,
  eventSource: 'contracts',
  eventBusName: 'archived',
  webhookRateLimit: 50,
  webhookBurstLimit: 70,
  apiJwtIssuer: 'https://issuer.example.com/contracts',
  apiJwtAudience: 'archive',
  apiJwtScope: 'archive/read',
  alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:alarms',
  logRetentionDays: 30,
};
