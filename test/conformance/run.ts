import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process, { argv, execPath } from 'node:process';
import type { OutsideServices } from '../support/services.ts';
import { gaps } from './gaps.ts';
import { installServices } from './install-services.ts';
import { describeMissingTools } from './missing-tools.ts';
import { startService } from './start-service.ts';

const root = join(import.meta.dirname, '../..');
const directory = join(root, '.conformance');
const jestProgram = join(root, 'node_modules/jest/bin/jest.js');
// oxlint-disable-next-line node/no-process-env
const { env } = process;

const children: ChildProcess[] = [];
const keep = (child: ChildProcess) => void children.push(child);
process.on('exit', () => {
  for (const child of children) child.kill();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

const missing = await describeMissingTools();
if (missing.length > 0) {
  process.stderr.write(`${missing.join('\n')}\n`);
  process.exit(1);
}

const status = await runTests(await startServices());
for (const { because, tests } of gaps) process.stderr.write(`Known gap (${tests.length}): ${because}\n`);
process.exit(status);

async function startServices(): Promise<OutsideServices> {
  const { emulator, python } = await installServices(directory);
  const java = [`-Djava.library.path=${emulator}/DynamoDBLocal_lib`, '-jar', `${emulator}/DynamoDBLocal.jar`];
  const [dynamodb, moto] = await Promise.all([
    startService(
      {
        name: 'dynamodb-local',
        command: 'java',
        args: (port) => [...java, '-inMemory', '-disableTelemetry', '-port', String(port)],
        directory,
      },
      keep,
    ),
    startService(
      {
        name: 'moto',
        command: python,
        args: (port) => ['-m', 'moto.server', '--host', '127.0.0.1', '--port', String(port)],
        directory,
      },
      keep,
    ),
  ]);
  return { dynamodb, s3: moto, sqs: moto };
}

/** Arguments of one's own go to Jest. */
async function runTests(services: OutsideServices): Promise<number> {
  const jest = spawn(execPath, [jestProgram, '--config', 'jest.conformance.config.js', ...argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...env,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      CONFORMANCE_SERVICES: JSON.stringify(services),
    },
  });
  keep(jest);
  const [code] = (await once(jest, 'exit')) as [number | null];
  return code ?? 1;
}
