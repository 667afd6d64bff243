import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from '@jest/globals';

const check = pathToFileURL(join(import.meta.dirname, '../../local/check-node.js')).href;

/** Runs the check in a Node that says it is `version`. */
function checkAs(version: string) {
  const script = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); import('${check}')`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { env: {}, encoding: 'utf8' });
  return { status, stderr };
}

it.each(['20.20.2', '22.17.1'])('Node %s is told in one sentence what is missing and what to do', (version) => {
  expect(checkAs(version)).toEqual({
    status: 1,
    stderr:
      `Node ${version} cannot run TypeScript as it is, that takes 22.18 or newer: ` +
      'run `npm ci`, which installs Node 24 for this project, and then `npm start`.\n',
  });
});

it.each(['22.18.0', '24.0.0'])('Node %s may start', (version) => {
  expect(checkAs(version)).toEqual({ status: 0, stderr: '' });
});
