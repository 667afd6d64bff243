import { expect, it } from '@jest/globals';
import { findNearestName } from '../../infrastructure/nearest-name.ts';
import { settingNames } from '../../infrastructure/settings.ts';

it.each([
  ['keyPrefx', 'keyPrefix'],
  ['keyPrefixx', 'keyPrefix'],
  ['keyperfix', 'keyPrefix'],
  ['KEYPREFIX', 'keyPrefix'],
  ['kmsKey', 'kmsKeyArn'],
  ['organisationId', 'organizationId'],
  ['logRetention', 'logRetentionDays'],
  ['objectLockDay', 'objectLockDays'],
])('takes %s for %s', (name, meant) => {
  expect(findNearestName(name, settingNames)).toBe(meant);
});
