import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const program = `
  await import('./http-get.ts');
  console.log(JSON.stringify(process.moduleLoadList));`;

it('is there without what fetch and WebSocket need', async () => {
  const cwd = join(import.meta.dirname, '..', '..', 'lib');
  const { stdout } = await promisify(execFile)(execPath, ['--input-type=module', '--eval', program], { cwd });

  const loaded = JSON.parse(stdout) as string[];
  expect(loaded).toContain('NativeModule http');
  expect(loaded).not.toContain('NativeModule internal/deps/undici/undici');
});
