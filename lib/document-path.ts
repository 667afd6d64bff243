import { readDocumentId } from './document-id.ts';

/**
 * The path of the call to the vendor's API that gives a document, without the question of who asks.
 * @see docs/chamelio-api.md "Endpoints we call"
 */
export function writeDocumentPath({ taskId, stepId }: { taskId: string; stepId: string }): string {
  const task = `/tasks/${encodeURIComponent(taskId)}`;
  const origin = readDocumentId(stepId);
  if (origin.kind === 'file') return `/files/${encodeURIComponent(origin.fileId)}`;
  if (origin.kind === 'signed') return `${task}/signed-documents`;
  return `${task}/steps/${encodeURIComponent(stepId)}/document`;
}
