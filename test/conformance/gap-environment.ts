import { relative } from 'node:path';
import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment';
import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';
import { gaps } from './gaps.ts';

/** Node, where a test that is listed as a gap has to fail. A listed test that isn't there fails its file. */
// oxlint-disable-next-line import/no-default-export -- Jest asks for one.
export default class GapEnvironment extends TestEnvironment {
  readonly #listed: ReadonlySet<string>;

  constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
    super(config, context);
    const file = relative(config.projectConfig.rootDir, context.testPath);
    this.#listed = new Set(gaps.filter((gap) => gap.file === file).flatMap(({ tests }) => tests));
  }

  handleTestEvent(event: Circus.AsyncEvent | Circus.SyncEvent, state: Circus.State): void {
    if (event.name !== 'run_start') return;
    const found = new Map(listTests(state.rootDescribeBlock));
    for (const name of this.#listed) {
      const test = found.get(name);
      if (!test) throw new Error(`test/conformance/gaps.ts names a test that isn't there: ${name}`);
      test.failing = true;
    }
  }
}

function listTests(block: Circus.DescribeBlock, parents: readonly string[] = []): [string, Circus.TestEntry][] {
  return block.children.flatMap((child) => {
    const names = [...parents, child.name];
    return child.type === 'test' ? [[names.join(' › '), child]] : listTests(child, names);
  });
}
