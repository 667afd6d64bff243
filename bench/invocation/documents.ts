import { randomFillSync } from 'node:crypto';
import type { Answer } from './answer-server.ts';
import type { Call } from './call.ts';
import { createStepId } from './contender.ts';

const MAX_BYTES = 1024 * 1024;
const CONTENT = randomFillSync(Buffer.alloc(MAX_BYTES));
CONTENT.write('%PDF-1.7\n');

const FILE_NAME = 'Master Services Agreement (signed).pdf';
/** As long as that of a presigned URL of S3. */
const SIGNATURE = `X-Amz-Signature=${'0123456789abcdef'.repeat(24)}`;

const json = (body: object): Answer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Of every task: ten of 200 KB, each of a step. */
const FILES = Array.from({ length: 10 }, (_, index) => ({
  file_id: `document_${index}`,
  step_id: createStepId(200_000, index),
  variable_id: null,
  file_name: FILE_NAME,
}));

/** The vendor and its storage: the document of the step `size_100000` has as many bytes, at most 1 MiB. */
export function answerDocuments({ path, headers }: Call): Answer {
  const sizeBytes = Number(/size_(\d+)/.exec(path)?.[1]);
  if (path.endsWith('/files')) return json({ files: FILES, total_files: FILES.length });
  if (path.startsWith('/tasks/')) {
    const link = `http://${headers.host}/size_${sizeBytes}/document?${SIGNATURE}`;
    return json({ download_url: link, file_name: FILE_NAME, expires_at: '2030-01-01T00:00:00.000Z' });
  }
  const etag = `"${String(sizeBytes).padStart(32, '0')}"`;
  if (headers['if-none-match'] === etag) return { status: 304, headers: { etag } };
  return { headers: { 'content-type': 'application/pdf', etag }, body: CONTENT.subarray(0, sizeBytes) };
}
