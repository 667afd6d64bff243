import { expect, it } from '@jest/globals';
import type { Command } from '../../bench/commands.ts';
import { describeCommand } from '../../bench/describe-command.ts';

const command: Command = { name: 'curl | aws s3 cp -', programs: ['curl', 'aws'], writeLine: () => '' };

it('names the version of each program', () => {
  expect(describeCommand(command, { curl: 'curl 8.1', aws: 'aws-cli/2.31' })).toBe(
    'curl | aws s3 cp -: curl 8.1, aws-cli/2.31',
  );
});

it('says which program is missing, so that the command is skipped', () => {
  expect(describeCommand(command, { curl: 'curl 8.1', aws: null })).toBe(
    'curl | aws s3 cp -: aws not installed, skipped',
  );
});
