import type { DocumentCounts, KeyCounts } from './verify-tally.ts';

/** What was to be verified. */
export type Scope =
  | { kind: 'all' }
  | { kind: 'sample'; size: number }
  | { kind: 'task'; task_id: string; step_id: string | null };

/** A report without its findings, in the names it has there. */
export type Summary = {
  program: string;
  scope: Scope;
  /** How a sample was drawn, and from how many archived documents. */
  drawn: { from: number; how: string } | null;
  archive: { bucket: string; table: string; key_prefix: string; region: string };
  /** The ARN of who asked AWS, where AWS could be asked for it. */
  caller: string | null;
  started_at: string;
  finished_at: string;
  complete: boolean;
  /** Why it is not complete. */
  stopped_by: string | null;
  compared: readonly string[];
  documents: DocumentCounts;
  /** Of the bucket's listing; null where only documents were verified. */
  keys: KeyCounts | null;
};

export const HOW_DRAWN =
  'Every record of the table was read once and none held but the sample; each archived document was as likely to be drawn (reservoir sampling with random numbers of the operating system).';

/** What stands behind the word "right". */
export const COMPARED: readonly string[] = [
  'SHA-256 over all bytes, computed anew from the object read back in the recorded version, with the record',
  'the number of bytes read, ETag and content type, with the record',
  'metadata task-id, step-id and, where the object has it, sha256, with the record',
  'the checksum that S3 keeps of the whole object (SHA-256 or CRC-32), where it keeps one, with the bytes read',
  'the record itself: whether everything is there that an archived record has',
];

export const COMPARED_KEYS: readonly string[] = [
  'every key of the bucket below the prefix with the table: whether a record names it, and its newest version',
  'the place of every archived record with what was listed: whether it lies in the bucket and below the prefix',
];

/** What was found, all kinds together. */
export const countFindings = ({ documents, keys }: Pick<Summary, 'documents' | 'keys'>): number =>
  documents.different +
  documents.missing +
  documents.unreadable +
  (keys ? keys.object_without_record + keys.newer_version + keys.elsewhere : 0);
