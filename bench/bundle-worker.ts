import { join } from 'node:path';
import { build } from 'esbuild';
import esbuildConfig from '../esbuild.config.cjs';
import { OUT } from './conclude.ts';

/**
 * The program of a process that is measured, bundled as what is deployed is: reading TypeScript costs a process CPU, and
 * some 45 MiB, that no function ever has. Gives the file it became.
 */
export async function bundleWorker(name: string, entryPoint: string): Promise<string> {
  const outdir = join(OUT, name);
  await build({
    entryPoints: { worker: entryPoint },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    mainFields: ['module', 'main'],
    plugins: esbuildConfig.plugins,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return join(outdir, 'worker.mjs');
}
