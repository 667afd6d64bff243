import { join } from 'node:path';

type FunctionName = 'webhook' | 'archive' | 'sweep' | 'api';
export type ContenderName = FunctionName | 'empty' | 'bare webhook' | 'bare archive';

type Contender = {
  name: ContenderName;
  entryPoint: string;
  environmentOf: FunctionName;
  /** What it is held against, and how much of that it may cost at most. */
  goal?: { bare: ContenderName; maxToBare: number; maxKb: number };
};

const ours = (name: FunctionName) => ({ name, entryPoint: `handlers/${name}.ts`, environmentOf: name });
const bare = (file: string) => join(import.meta.dirname, `${file}.ts`);

export const CONTENDERS: readonly Contender[] = [
  { name: 'empty', entryPoint: bare('empty'), environmentOf: 'webhook' },
  { name: 'bare webhook', entryPoint: bare('bare-webhook'), environmentOf: 'webhook' },
  { ...ours('webhook'), goal: { bare: 'bare webhook', maxToBare: 0.25, maxKb: 150 } },
  { name: 'bare archive', entryPoint: bare('bare-archive'), environmentOf: 'archive' },
  { ...ours('archive'), goal: { bare: 'bare archive', maxToBare: 0.5, maxKb: 500 } },
  ours('sweep'),
  ours('api'),
];
