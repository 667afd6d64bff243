import type { Environment } from '../lib/config.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError naming everything that is wrong with the environment */
export function readSetting<T>(read: (env: Environment) => T, env: Environment): T {
  try {
    return read(env);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
