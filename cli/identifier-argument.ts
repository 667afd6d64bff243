import { EXPECTED_IDENTIFIER, isIdentifier } from '../lib/identifier.ts';
import { UsageError } from './usage-error.ts';

/** Reads an id from what was typed. @throws UsageError naming what was given in its place */
export function readIdentifier(text: string, what: 'id' | 'task id' | 'step id'): string {
  if (isIdentifier(text)) return text;
  throw new UsageError(`${JSON.stringify(text)} is no ${what}: ${EXPECTED_IDENTIFIER}.`);
}

/** The same of an argument. */
export const parseIdentifier = (text: string): string => readIdentifier(text, 'id');
