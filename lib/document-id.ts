import * as z from 'zod/mini';
import { EXPECTED_IDENTIFIER, IDENTIFIER, wholeNumberAsText } from './identifier.ts';

/** A document that no step generated: uploaded by a person, or signed. */
export type FileKind = 'file' | 'signed';

/** What an id names: the document of a step, or a file. */
export type DocumentOrigin = { kind: 'step'; stepId: string } | { kind: FileKind; fileId: string };

// No step id can begin with `#`, and `#task` is none of these.
const DOCUMENT_ID = new RegExp(`^(?:#(file|signed):)?(${IDENTIFIER})$`);
/** What the id of a document has to be, for whoever gave another one. */
export const EXPECTED_DOCUMENT_ID = `${EXPECTED_IDENTIFIER}, after #file: or #signed: where no step generated the document`;

/** The id that stands wherever a step id stands, for a document that no step generated. */
export const nameFile = (kind: FileKind, fileId: string): string => `#${kind}:${fileId}`;

/** Which document of its task an id names. */
export function readDocumentId(stepId: string): DocumentOrigin {
  const [, kind, fileId = ''] = DOCUMENT_ID.exec(stepId) ?? [];
  return kind === undefined ? { kind: 'step', stepId } : { kind: kind as FileKind, fileId };
}

/** What the metadata of an archived object says of whose it is. @see docs/design.md "The object (S3)" */
export function describeObject({ taskId, stepId }: { taskId: string; stepId: string }): Record<string, string> {
  const origin = readDocumentId(stepId);
  const id = origin.kind === 'step' ? { 'step-id': stepId } : { 'file-id': origin.fileId };
  return { 'task-id': taskId, ...id };
}

export const isDocumentId = (value: unknown): value is string => typeof value === 'string' && DOCUMENT_ID.test(value);

/** The id of a document where it can only be text, such as in a path. */
export const documentIdTextSchema = z
  .string({ error: EXPECTED_DOCUMENT_ID })
  .check(z.regex(DOCUMENT_ID, { error: EXPECTED_DOCUMENT_ID }));

/** The same where a step id may be a whole number. */
export const documentIdSchema = z.union([documentIdTextSchema, wholeNumberAsText], { error: EXPECTED_DOCUMENT_ID });
