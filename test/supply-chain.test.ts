import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createSbom } from '../scripts/write-sbom.ts';

const root = join(import.meta.dirname, '..');
const readJson = async (name: string) => JSON.parse(await readFile(join(root, name), 'utf8'));

type Locked = { version: string; resolved?: string; integrity?: string; dev?: boolean; hasInstallScript?: boolean };

const project = await readJson('package.json');
const lock = await readJson('package-lock.json');
const locked = Object.entries(lock.packages as Record<string, Locked>).filter(([path]) => path !== '');
const nameOf = (path: string) => path.replace(/^.*node_modules\//, '');

describe('the lock file', () => {
  it('knows what each package has to hash to, and no address of a mirror', () => {
    expect(locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
  });

  it('has no package in a deployed bundle that runs a script when it is installed', () => {
    const scripted = locked.filter(([, { dev, hasInstallScript }]) => hasInstallScript && !dev);

    expect(scripted.map(([path]) => path)).toEqual([]);
  });
});

describe('package.json', () => {
  it('asks for one version of everything', () => {
    const asked = Object.entries<string>({ ...project.dependencies, ...project.devDependencies });

    expect(asked.filter(([, version]) => !/^(npm:\w+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('says of each package that wants to run a script when it is installed whether it may', () => {
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));

    expect(new Set(Object.keys(project.allowScripts))).toEqual(new Set(scripted));
  });
});

describe('the bill of materials', () => {
  const production = locked.filter(([, { dev }]) => !dev);

  it('lists every package of the deployed bundles in its version, and no other', async () => {
    const { components } = await createSbom();
    const refs = production.map(([path, { version }]) => `${nameOf(path)}@${version}`);

    expect(new Set(components.map((component) => component['bom-ref']))).toEqual(new Set(refs));
  });

  it('says what each of them is used by, and names nothing that it does not list', async () => {
    const { components, dependencies } = await createSbom();
    const refs = new Set([...components.map((component) => component['bom-ref']), `${lock.name}@${lock.version}`]);

    expect(new Set(dependencies.map(({ ref }) => ref))).toEqual(refs);
    expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
  });
});
