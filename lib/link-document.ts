import type * as z from 'zod/mini';
import type { documentSchema } from './api-answer.ts';
import type { SignLink, StepId, Table } from './ports.ts';
import { readStepRecord, type StepRecord } from './record.ts';

/** In the vendor's own words, for clients that know them. @see docs/chamelio-api.md "Endpoints we call" */
const NOT_FOUND = { statusCode: 404, detail: 'Document not found for step' } as const;
const NOT_AVAILABLE = { statusCode: 501, detail: 'Document not available for this step' } as const;
const FAILED = { statusCode: 500, detail: 'Failed to download step document' } as const;

const REFUSALS = {
  NOT_FOUND,
  PENDING: NOT_AVAILABLE,
  COPYING: NOT_AVAILABLE,
  NOT_AVAILABLE,
  FAILED,
  PURGED: NOT_FOUND,
} satisfies Record<Exclude<StepRecord['status'], 'ARCHIVED'>, unknown>;

type LinkedDocument = z.infer<typeof documentSchema>;
type Refusal = (typeof REFUSALS)[keyof typeof REFUSALS];

/** An archived record has all of them: they are written together. */
type ArchivedRecord = Pick<StepRecord, 'versionId'> & {
  [Name in 'bucket' | 'key' | 'fileName' | 'sha256' | 'sizeBytes']: NonNullable<StepRecord[Name]>;
};

/**
 * The vendor's answer to "the document of this step", with a link to the archived copy; or how the vendor would refuse.
 * @see docs/design.md "HTTP"
 */
export async function linkDocument(
  step: StepId,
  { table, signLink }: { table: Pick<Table, 'read'>; signLink: SignLink },
): Promise<LinkedDocument | Refusal> {
  const item = await table.read(step);
  if (!item) return NOT_FOUND;
  const record = readStepRecord(item);
  if (record.status !== 'ARCHIVED') return REFUSALS[record.status];
  const { bucket, key, versionId, fileName, sha256, sizeBytes } = record as ArchivedRecord;
  const { url, expiresAt } = await signLink({ bucket, key, versionId, fileName });
  return {
    download_url: url,
    file_name: fileName,
    expires_at: expiresAt.toISOString(),
    sha256,
    size_bytes: sizeBytes,
  };
}
