/** What a client of the vendor's gets of a document; what it refuses is its status and sentence. */
export type FetchedDocument = { fileName: string; content: Buffer } | { status: number; detail: string };

/**
 * A client written against the vendor's API, as its reference has it: ask for the document of a step, follow the link.
 * It knows nothing of this system.
 * @see docs/chamelio-api.md "Endpoints we call"
 */
export async function fetchStepDocument(
  baseUrl: string,
  step: { taskId: string; stepId: string },
  headers: Record<string, string>,
): Promise<FetchedDocument> {
  const [taskId, stepId] = [step.taskId, step.stepId].map(encodeURIComponent);
  const answer = await fetch(`${baseUrl}/tasks/${taskId}/steps/${stepId}/document`, { headers });
  const body = (await answer.json()) as Record<'detail' | 'download_url' | 'file_name' | 'expires_at', string>;
  if (!answer.ok) return { status: answer.status, detail: body.detail };
  if (Date.parse(body.expires_at) < Date.now()) throw new Error('The link has run out');
  const file = await fetch(body.download_url);
  if (!file.ok) throw new Error(`The link was answered with ${file.status}`);
  return { fileName: body.file_name, content: Buffer.from(await file.arrayBuffer()) };
}
