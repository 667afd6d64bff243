import { describe, expect, it } from '@jest/globals';
import { findConflicts } from '../../infrastructure/setting-conflicts.ts';

const lock = { objectLockMode: 'GOVERNANCE', objectLockDays: '30' };
const cold = { coldStorageClass: 'GLACIER_IR', coldStorageDays: '30' };

const token = { apiJwtIssuer: 'https://issuer.example.com', apiJwtAudience: 'archive' };

it.each([
  {},
  lock,
  cold,
  token,
  { ...token, apiJwtScope: 'archive/read', existingBucket: 'contracts' },
  { existingBucket: 'contracts' },
  { documents: 'generated' },
  { documents: 'all', userEmail: 'archive@example.com' },
  { ...lock, ...cold },
])('says nothing of %j', (given) => {
  expect(findConflicts({ region: 'eu-central-1', ...given })).toEqual([]);
});

describe('half a pair', () => {
  it.each([
    [
      { objectLockMode: 'GOVERNANCE' },
      'objectLockMode is "GOVERNANCE" and objectLockDays is empty; expected both or none.',
    ],
    [{ objectLockDays: '30' }, 'objectLockDays is "30" and objectLockMode is empty; expected both or none.'],
    [
      { coldStorageClass: 'GLACIER_IR' },
      'coldStorageClass is "GLACIER_IR" and coldStorageDays is empty; expected both or none.',
    ],
    [{ apiJwtAudience: 'archive' }, 'apiJwtAudience is "archive" and apiJwtIssuer is empty; expected both or none.'],
    [{ coldStorageDays: '30' }, 'coldStorageDays is "30" and coldStorageClass is empty; expected both or none.'],
  ])('%j', (given, sentence) => {
    expect(findConflicts(given)).toEqual([sentence]);
  });
});

it('refuses what only a new bucket can have together with an existing one', () => {
  const byHand = 'together with existingBucket; expected it to be set on that bucket by hand.';
  expect(findConflicts({ existingBucket: 'contracts', ...lock, ...cold })).toEqual([
    `objectLockMode is "GOVERNANCE" ${byHand}`,
    `objectLockDays is "30" ${byHand}`,
    `coldStorageClass is "GLACIER_IR" ${byHand}`,
    `coldStorageDays is "30" ${byHand}`,
  ]);
});

it('refuses to archive all documents for nobody', () => {
  expect(findConflicts({ documents: 'all' })).toEqual([
    'documents is "all" and userEmail is empty; expected the e-mail address for which uploaded files are asked for.',
  ]);
});

it('refuses a scope where no tokens are asked for', () => {
  expect(findConflicts({ apiJwtScope: 'archive/read' })).toEqual([
    'apiJwtScope is "archive/read" and apiJwtIssuer is empty; expected an issuer whose tokens have that scope.',
  ]);
});

it('refuses to move to STANDARD_IA before S3 does', () => {
  expect(findConflicts({ coldStorageClass: 'STANDARD_IA', coldStorageDays: '29' })).toEqual([
    'coldStorageDays is "29"; expected at least 30, before which S3 moves nothing to STANDARD_IA.',
  ]);
});

it.each([
  ['kmsKeyArn', 'arn:aws:kms:eu-west-1:111122223333:key/abcd'],
  ['secretsKmsKeyArn', 'arn:aws:kms:eu-west-1:111122223333:key/abcd'],
  ['alarmTopicArn', 'arn:aws:sns:eu-west-1:111122223333:alarms'],
  ['eventBusName', 'arn:aws:events:eu-west-1:111122223333:event-bus/contracts'],
])('refuses a %s of another region', (name, arn) => {
  expect(findConflicts({ region: 'eu-central-1', [name]: arn })).toEqual([
    `${name} is in eu-west-1; expected eu-central-1, the region of the stack.`,
  ]);
});
