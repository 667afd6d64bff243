import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import esbuildConfig from '../../esbuild.config.cjs';

const run = promisify(execFile);
const root = await realpath(resolve(import.meta.dirname, '../..'));

export type Statement = { Action: string | string[]; Resource: unknown };
export type Resource = { Type: string; DeletionPolicy?: string; Properties: Record<string, unknown> };
export type Template = { Resources: Record<string, Resource>; Outputs: Record<string, { Value: unknown }> };
export const lambdaIds = {
  webhook: 'WebhookLambdaFunction',
  archive: 'ArchiveLambdaFunction',
  sweep: 'SweepLambdaFunction',
  api: 'ApiLambdaFunction',
};
type PluginOptions = BuildOptions & { config: string; exclude: string[]; skipRebuild: boolean };
export type PackagedService = Awaited<ReturnType<typeof packageService>>;

/**
 * What `serverless package` makes of this project: without credentials, and in a directory of its own that only links to
 * the sources, so that it meets no other run. `remove` when done.
 */
export async function packageService(...options: string[]) {
  const directory = await mkdtemp(join(await realpath(tmpdir()), 'packaged-service-'));
  const project = join(directory, 'project');
  const out = join(directory, 'out');
  await mkdir(project);
  const linked = ['package.json', 'esbuild.config.cjs', 'handlers', 'infrastructure', 'lib', 'node_modules'];
  await Promise.all(linked.map((name) => symlink(join(root, name), join(project, name))));
  await copyFile(join(root, 'serverless.yml'), join(project, 'serverless.yml')); // osls takes no link for it
  const serverless = join(root, 'node_modules/serverless/bin/serverless.js');
  await run(execPath, [serverless, 'package', '--package', out, ...options], {
    cwd: project,
    env: { HOME: directory, PATH: dirname(execPath), TMPDIR: directory },
    timeout: 60_000,
  }).catch(async (error) => {
    await rm(directory, { recursive: true });
    throw new Error(`serverless package failed: ${error.stdout}${error.stderr}`); // osls tells stdout what is wrong
  });
  const readJson = async (name: string) => JSON.parse(await readFile(join(out, name), 'utf8'));
  const state = await readJson('serverless-state.json');
  return {
    directory,
    project,
    template: (await readJson('cloudformation-template-update-stack.json')) as Template,
    params: state.service.initialServerlessConfig.params as Record<string, Record<string, string | number>>,
    esbuildOptions: state.service.custom.esbuild as PluginOptions,
    readZip: async (name: string) => unzip(await readFile(join(out, `${name}.zip`))),
    remove: () => rm(directory, { recursive: true }),
  };
}

/** The environment of a function, as packaged. */
export function readEnvironment({ Resources }: Template, functionName: keyof typeof lambdaIds) {
  const properties = Resources[lambdaIds[functionName]]?.Properties as { Environment: { Variables: unknown } };
  return properties.Environment.Variables as Record<string, unknown>;
}

/** The files in a zip archive, by way of its central directory; enough for what osls writes (no zip64). */
export function unzip(zip: Buffer) {
  const files = new Map<string, Buffer>();
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as Triple;
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    const isDeflated = zip.readUInt16LE(at + 10) === 8;
    files.set(zip.toString('utf8', at + 46, at + 46 + nameBytes), isDeflated ? inflateRawSync(packed) : packed);
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return files;
}
type Triple = [number, number, number];

const ownerOf = (file: string) =>
  /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? file.split('/')[0] ?? file;

/** Bundles one handler once more as it is deployed, to learn which folders and packages it is made of. */
export async function bundleAgain(
  { project, esbuildOptions }: PackagedService,
  handler: string,
  // No state of the framework holds them.
  own: BuildOptions = { plugins: esbuildConfig.plugins },
) {
  const { config: _, exclude, skipRebuild: __, ...options } = esbuildOptions; // the plugin's own options
  const { metafile, outputFiles } = await build({
    ...options,
    ...own,
    absWorkingDir: project,
    entryPoints: [handler],
    bundle: true,
    external: exclude,
    metafile: true,
    outdir: 'unwritten',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node24',
    write: false,
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  // Of node's own modules nothing is in the bundle but their names.
  const kept = inputs.filter(([input, { bytesInOutput }]) => bytesInOutput > 0 && !input.startsWith('node:'));
  const owners = kept.map(([input]) => ownerOf(relative(root, resolve(project, input))));
  return { owners: [...new Set(owners)].toSorted(), code: Buffer.from(outputFiles?.[0]?.contents ?? []) };
}

/** Imports a bundle in a new Node process with nothing but this environment: what its handler is, the version of Node, and which of Node's own modules it loaded. */
export async function importBundle({ directory }: PackagedService, code: Buffer, env: Record<string, string>) {
  const alone = await mkdtemp(join(directory, 'alone-'));
  await writeFile(join(alone, 'bundle.mjs'), code);
  const script = `const bundle = await import('./bundle.mjs');
    const modules = process.moduleLoadList;
    console.log(JSON.stringify({ handler: typeof bundle.handler, node: process.version, modules }));
    process.exit();`;
  await writeFile(join(alone, 'import.mjs'), script);
  const { stdout } = await run(execPath, ['import.mjs'], { cwd: alone, env });
  return JSON.parse(stdout) as { handler: string; node: string; modules: string[] };
}
