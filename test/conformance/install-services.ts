import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The DynamoDB Local that AWS ships inside this package; its own dependencies aren't needed. */
const DYNAMODB = {
  name: 'amplify-dynamodb-simulator',
  version: '2.9.30',
  sha512: 'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==',
};
const requirements = join(import.meta.dirname, 'requirements.txt');

const hash = (content: Buffer, algorithm: string) => createHash(algorithm).update(content);

export type InstalledServices = { emulator: string; python: string };

/** Puts both services into `directory`, unless they are there in these versions; says where DynamoDB Local and moto's Python are. */
export async function installServices(directory: string): Promise<InstalledServices> {
  const pins = hash(await readFile(requirements), 'sha256')
    .digest('hex')
    .slice(0, 12);
  const dynamodb = await installOnce(join(directory, `dynamodb-${DYNAMODB.version}`), installDynamoDb);
  const moto = await installOnce(join(directory, `moto-${pins}`), installMoto);
  return { emulator: join(dynamodb, 'package/emulator'), python: join(moto, 'bin/python') };
}

/** What is there under its name is whole: it is renamed last. */
async function installOnce(target: string, install: (unfinished: string) => Promise<void>): Promise<string> {
  if (existsSync(target)) return target;
  process.stdout.write(`Installing ${target}\n`);
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await install(unfinished);
  await rename(unfinished, target);
  return target;
}

async function installDynamoDb(directory: string): Promise<void> {
  const { name, version, sha512 } = DYNAMODB;
  await run('npm', ['pack', `${name}@${version}`, '--pack-destination', directory]);
  const archive = join(directory, `${name}-${version}.tgz`);
  const found = hash(await readFile(archive), 'sha512').digest('base64');
  if (found !== sha512) throw new Error(`${name}@${version} is not the package it was: its SHA-512 is ${found}.`);
  await run('tar', ['-xzf', archive, '-C', directory]);
  await rm(archive);
}

async function installMoto(directory: string): Promise<void> {
  await run('python3', ['-m', 'venv', directory]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
  await run(join(directory, 'bin/python'), pip);
}
