import { isIdentifier } from '../lib/identifier.ts';
import { UsageError } from './usage-error.ts';

/** Reads a task or step id. @throws UsageError naming what was given in its place */
export function parseIdentifier(text: string): string {
  if (isIdentifier(text)) return text;
  const expected = '1 to 128 letters, digits or . _ : - that begin with a letter or digit';
  throw new UsageError(`${JSON.stringify(text)} is no id: expected ${expected}.`);
}
