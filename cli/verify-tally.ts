import type { KeyOutcome } from './verify-bucket.ts';
import type { Outcome } from './verify-document.ts';
import type { Finding } from './verify-finding.ts';

/** checked = right + different + missing + unreadable; records = checked + tasks + being_replaced + all of not_archived. */
export type DocumentCounts = {
  records: number;
  tasks: number;
  being_replaced: number;
  not_archived: Record<string, number>;
  checked: number;
  right: number;
  different: number;
  missing: number;
  unreadable: number;
  bytes_read: number;
  s3_checksum: { sha256: number; crc32: number; none: number };
};

/** keys = recorded + under_way + only_deleted + object_without_record + newer_version; `elsewhere` are records beside these. */
export type KeyCounts = {
  keys: number;
  recorded: number;
  under_way: number;
  only_deleted: number;
  object_without_record: number;
  newer_version: number;
  elsewhere: number;
};

/** Counts what became of records and keys, and hands on what was found. */
export function createTally(onFinding: (finding: Finding) => void) {
  const documents: DocumentCounts = {
    records: 0,
    tasks: 0,
    being_replaced: 0,
    not_archived: {},
    checked: 0,
    right: 0,
    different: 0,
    missing: 0,
    unreadable: 0,
    bytes_read: 0,
    s3_checksum: { sha256: 0, crc32: 0, none: 0 },
  };
  const keys: KeyCounts = {
    keys: 0,
    recorded: 0,
    under_way: 0,
    only_deleted: 0,
    object_without_record: 0,
    newer_version: 0,
    elsewhere: 0,
  };
  return {
    documents,
    keys,
    addBytes: (sizeBytes: number) => {
      documents.bytes_read += sizeBytes;
    },
    addDocument: (outcome: Outcome) => {
      documents.records += 1;
      if (outcome.kind === 'task') documents.tasks += 1;
      else if (outcome.kind === 'being_replaced') documents.being_replaced += 1;
      else if (outcome.kind === 'not_archived') {
        documents.not_archived[outcome.status] = (documents.not_archived[outcome.status] ?? 0) + 1;
      } else {
        documents.checked += 1;
        documents[outcome.kind] += 1;
        if (outcome.checksum) documents.s3_checksum[outcome.checksum] += 1;
        if ('finding' in outcome) onFinding(outcome.finding);
      }
    },
    addKey: (outcome: KeyOutcome) => {
      keys.keys += 1;
      keys[outcome.kind] += 1;
      if ('finding' in outcome) onFinding(outcome.finding);
    },
    addElsewhere: (finding: Finding) => {
      keys.elsewhere += 1;
      onFinding(finding);
    },
  };
}

export type Tally = ReturnType<typeof createTally>;
