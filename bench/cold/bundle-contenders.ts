import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleAgain, packageService, readEnvironment } from '../../test/support/packaged-template.ts';
import { CONTENDERS, type ContenderName } from './contenders.ts';

export type Bundle = { contender: ContenderName; file: string; sizeKb: number; environment: Record<string, string> };

/** What Lambda itself tells a function. */
const OF_LAMBDA = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_SESSION_TOKEN: 'test',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
};
/** For whatever only CloudFormation knows: a name, or the URL of a queue. */
const KNOWN_LATER = 'https://sqs.eu-central-1.amazonaws.com/000000000000/archive';

const fillIn = (variables: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : KNOWN_LATER]),
  );

/**
 * Bundles every contender with the options of serverless.yml and gives it the environment that is deployed; for ours that
 * is the very file that goes into the zip. The others are made as everybody does it: minified whole, and importing node's
 * modules, not as esbuild.config.cjs would have it.
 */
export async function bundleContenders(outdir: string): Promise<{ starter: string; bundles: Bundle[] }> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const service = await packageService();
  const bundle = async (name: string, entryPoint: string) => {
    const isOurs = entryPoint.startsWith('handlers/');
    const { code } = await bundleAgain(service, entryPoint, isOurs ? undefined : { minify: true });
    const file = join(outdir, `${name}.mjs`);
    await writeFile(file, code);
    return { file, sizeKb: code.length / 1000 };
  };
  try {
    const { file: starter } = await bundle('start', join(import.meta.dirname, 'start.ts'));
    const bundles = CONTENDERS.map(async ({ name, entryPoint, environmentOf }) => ({
      contender: name,
      ...(await bundle(name.replaceAll(' ', '-'), entryPoint)),
      environment: { ...OF_LAMBDA, ...fillIn(readEnvironment(service.template, environmentOf)) },
    }));
    return { starter, bundles: await Promise.all(bundles) };
  } finally {
    await service.remove();
  }
}
