import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findVersion } from '../../bench/find-version.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'find-version-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function writeProgram(name: string, script: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

it('takes the first two words that the program says', async () => {
  const curl = await writeProgram('curl', 'test "$1" = --version && echo "curl 7.88.1 (x86_64) libcurl/7.88.1"');
  expect(await findVersion(curl)).toBe('curl 7.88.1');
});

it('keeps to those also where the first line ends earlier', async () => {
  expect(await findVersion(await writeProgram('rclone', 'printf "rclone v1.71.2\\n- os/version: debian\\n"'))).toBe(
    'rclone v1.71.2',
  );
});

it('finds nothing where there is no such program', async () => {
  expect(await findVersion(join(folder, 'nobody'))).toBeNull();
});

it('finds nothing in a stand-in that fails', async () => {
  expect(await findVersion(await writeProgram('aws', 'echo "aws: command not found"; exit 127'))).toBeNull();
});
