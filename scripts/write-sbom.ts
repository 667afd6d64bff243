import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');

type Locked = { version: string; dev?: boolean };
type Bom = { components: { 'bom-ref': string }[]; dependencies: { ref: string; dependsOn: string[] }[] };

/**
 * The bill of materials of what is deployed: npm's own, without what is there for development only. `npm sbom --omit dev`
 * would leave out as well what is used for both.
 * @see https://cyclonedx.org/docs/1.5/json
 */
export async function createSbom(): Promise<Bom> {
  const options = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const { stdout } = await promisify(execFile)('npm', options, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  const bom = JSON.parse(stdout) as Bom;
  const { name, version, packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const production = Object.entries(packages as Record<string, Locked>).filter(([, { dev }]) => !dev);
  const refs = new Set([
    `${name}@${version}`,
    ...production.map(([path, locked]) => `${path.replace(/^.*node_modules\//, '')}@${locked.version}`),
  ]);
  return {
    ...bom,
    components: bom.components.filter((component) => refs.has(component['bom-ref'])),
    dependencies: bom.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) })),
  };
}

if (import.meta.main) await writeFile('sbom.cdx.json', `${JSON.stringify(await createSbom(), undefined, 2)}\n`);
