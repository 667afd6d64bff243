import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackagedService } from '../packaged-template.ts';
import type { DeployedFunction } from './deployed-function.ts';
import { type RunningFunction, runDeployed } from './run-deployed.ts';

type Options = {
  service: PackagedService;
  functions: readonly DeployedFunction[];
  /** Set after what the template says. */
  environment: Readonly<Record<string, string>>;
};

/** Runs the bundle of each zip in a process of its own, with the environment that the template gives it. */
export async function deployFunctions({ service, functions, environment }: Options) {
  const directory = await mkdtemp(join(tmpdir(), 'deployed-'));
  const running = new Map<string, RunningFunction>();
  const bundles = new Map<string, string>();

  async function start({ name, environment: own }: DeployedFunction): Promise<void> {
    const bundle = (await service.readZip(name)).get(`handlers/${name}.mjs`) ?? Buffer.alloc(0);
    const file = join(directory, `${name}.mjs`);
    await writeFile(file, bundle);
    bundles.set(name, bundle.toString());
    running.set(name, await runDeployed(file, { ...own, ...environment, AWS_ACCESS_KEY_ID: name }));
  }

  async function close(): Promise<void> {
    await Promise.all([...running.values()].map((one) => one.close()));
    await rm(directory, { recursive: true });
  }

  const starts = await Promise.allSettled(functions.map(start));
  const failed = starts.find((one) => one.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }

  return {
    bundles,
    invoke: (name: string, event: unknown): Promise<unknown> => {
      const one = running.get(name);
      if (!one) throw new Error(`${name} is not deployed`);
      return one.invoke(event);
    },
    close,
  };
}
