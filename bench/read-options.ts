import { parseArgs } from 'node:util';

/** `--quick`: fewer rounds; `--check`: exit code 1 where a goal is missed. */
export const readOptions = (): { quick: boolean; check: boolean } =>
  parseArgs({ options: { quick: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } } })
    .values;
