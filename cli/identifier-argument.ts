import { EXPECTED_DOCUMENT_ID, isDocumentId } from '../lib/document-id.ts';
import { EXPECTED_IDENTIFIER, isIdentifier } from '../lib/identifier.ts';
import { UsageError } from './usage-error.ts';

/** Reads an id from what was typed. @throws UsageError naming what was given in its place */
export function readIdentifier(text: string, what: 'id' | 'task id'): string {
  if (isIdentifier(text)) return text;
  throw new UsageError(`${JSON.stringify(text)} is no ${what}: ${EXPECTED_IDENTIFIER}.`);
}

/** The same of the id of a document, that of its step or, such as `#file:document_1`, its own. */
export function readDocumentIdentifier(text: string, what: 'id' | 'step id'): string {
  if (isDocumentId(text)) return text;
  throw new UsageError(`${JSON.stringify(text)} is no ${what}: ${EXPECTED_DOCUMENT_ID}.`);
}

/** An argument that is a document's id. */
export const parseDocumentIdentifier = (text: string): string => readDocumentIdentifier(text, 'id');

/** An argument that is a task's id. */
export const parseIdentifier = (text: string): string => readIdentifier(text, 'id');
