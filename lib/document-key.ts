import { readDocumentId } from './document-id.ts';
import { cutToBytes } from './text.ts';

const MAX_NAME_BYTES = 200;
const MAX_EXTENSION_BYTES = 32;

// Control characters, the invisible ones that reorder or hide text, and path separators.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/gu;

/**
 * The vendor's file name made safe for a key: well-formed NFC, no separators, control characters or leading dots, at
 * most 200 bytes of UTF-8 with its extension kept, `document` when nothing is left.
 * @see docs/design.md "The object (S3)"
 */
export function makeSafeFileName(fileName: string): string {
  const clean = fileName
    .toWellFormed()
    .replace(UNSAFE, '') // first, for it can bring together what NFC composes
    .normalize('NFC')
    .replace(/^[.\s]+/, '')
    .trimEnd();
  if (clean === '') return 'document';
  if (Buffer.byteLength(clean) <= MAX_NAME_BYTES) return clean;
  const extension = /\.[^.\s]+$/.exec(clean)?.[0] ?? '';
  const kept = Buffer.byteLength(extension) <= MAX_EXTENSION_BYTES ? extension : '';
  const stem = clean.slice(0, clean.length - kept.length);
  return cutToBytes(stem, MAX_NAME_BYTES - Buffer.byteLength(kept)).trimEnd() + kept;
}

/** Where a document goes when it is archived for the first time; later versions go to the recorded key. */
export const makeDocumentKey = (
  { taskId, stepId, fileName }: { taskId: string; stepId: string; fileName: string },
  prefix: string,
): string => `${prefix}tasks/${taskId}/${makeFolder(stepId)}/${makeSafeFileName(fileName)}`;

function makeFolder(stepId: string): string {
  const origin = readDocumentId(stepId);
  if (origin.kind === 'step') return `steps/${stepId}`;
  return `${origin.kind === 'file' ? 'files' : 'signed'}/${origin.fileId}`;
}
