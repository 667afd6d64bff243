import { expect, it } from '@jest/globals';
import { describeOutputs } from '../../infrastructure/outputs.ts';
import { createSettings } from '../support/create-settings.ts';

it('shows what an operator needs', () => {
  expect(describeOutputs(createSettings())).toMatchObject({
    WebhookUrl: {
      Value: { 'Fn::Sub': 'https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/webhooks/chamelio' },
    },
    ApiUrl: { Value: { 'Fn::Sub': 'https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}' } },
    ArchiveBucketName: { Value: { Ref: 'ArchiveBucket' } },
    ArchiveTableName: { Value: { Ref: 'ArchiveTable' } },
    ArchiveQueueUrl: { Value: { Ref: 'ArchiveQueue' } },
    DeadLetterQueueUrl: { Value: { Ref: 'DeadLetterQueue' } },
    EventDeadLetterQueueUrl: { Value: { Ref: 'EventDeadLetterQueue' } },
  });
});

it('shows the bucket that was there already', () => {
  const { ArchiveBucketName } = describeOutputs(createSettings({ existingBucket: 'contracts' }));
  expect(ArchiveBucketName?.Value).toBe('contracts');
});

it('shows what keys begin with, and nothing where they begin with nothing', () => {
  const describe = (keyPrefix: string) => describeOutputs(createSettings({ keyPrefix })).ArchiveKeyPrefix?.Value;
  expect([describe('legal/'), describe('')]).toEqual(['legal/', undefined]);
});
