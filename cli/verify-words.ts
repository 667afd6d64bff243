import type { Finding } from './verify-finding.ts';
import { countFindings, HOW_DRAWN, type Scope, type Summary } from './verify-summary.ts';
import { showCount } from './show-count.ts';
import { showText } from './show-text.ts';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

export function showSize(sizeBytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(sizeBytes, 1)) / 10));
  return `${(sizeBytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** Hours, minutes and seconds, as a clock has them. */
export function showDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

export function describeScope({ scope, drawn }: { scope: Scope; drawn: Summary['drawn'] }): string {
  if (scope.kind === 'all') return 'every archived document, and the bucket against the table';
  if (scope.kind === 'task') {
    return scope.step_id === null ? `task ${scope.task_id}` : `task ${scope.task_id}, step ${scope.step_id}`;
  }
  const from = drawn ? ` of ${showCount(drawn.from)} archived documents` : '';
  return `a sample of ${showCount(scope.size)}${from}. ${HOW_DRAWN}`;
}

export const describeArchive = ({ archive }: Pick<Summary, 'archive'>): [string, string][] => [
  ['Bucket', `${archive.bucket}, below ${archive.key_prefix}tasks/`],
  ['Table', archive.table],
  ['Region', archive.region],
];

/** One sentence, and whether it is a good one. */
export function describeResult(summary: Summary): { isRight: boolean; sentence: string } {
  const found = countFindings(summary);
  const { complete, stopped_by, documents, keys, archive } = summary;
  // Whoever meant another table, or another task, is not to be told that all is right.
  const isRight = complete && found === 0 && documents.checked > 0;
  const what =
    found > 0
      ? `${showCount(found)} found that ${found === 1 ? 'is' : 'are'} not as recorded, or could not be read.`
      : documents.checked > 0
        ? `All ${showCount(documents.checked)} that were checked are as recorded.`
        : 'Nothing was checked: no record that was read is of an archived document.';
  const where =
    keys && keys.elsewhere > 0
      ? ` Recorded outside of ${archive.bucket}, below ${archive.key_prefix}tasks/: ${showCount(keys.elsewhere)}; are ARCHIVE_BUCKET and ARCHIVE_KEY_PREFIX those of the deployment?`
      : '';
  return { isRight, sentence: `${complete ? '' : `Incomplete (${stopped_by}). `}${what}${where}` };
}

export function describeCounts({ documents, keys }: Pick<Summary, 'documents' | 'keys'>): [string, string][] {
  const { not_archived, s3_checksum, bytes_read, ...counts } = documents;
  const statuses = Object.entries(not_archived).map(([status, count]) => `${showCount(count)} ${status}`);
  const rows: [string, string][] = [
    ['checked', `${showCount(counts.checked)} documents, ${showSize(bytes_read)} read`],
    ['right', showCount(counts.right)],
    ['different', showCount(counts.different)],
    ['missing', showCount(counts.missing)],
    ['unreadable', showCount(counts.unreadable)],
    ['being replaced', showCount(counts.being_replaced)],
    ['not archived', statuses.join(', ') || '0'],
    ['records of tasks', showCount(counts.tasks)],
    [
      "S3's own checksum",
      `${showCount(s3_checksum.sha256)} SHA-256, ${showCount(s3_checksum.crc32)} CRC-32, ${showCount(s3_checksum.none)} none`,
    ],
  ];
  if (!keys) return rows;
  return [
    ...rows,
    ['keys in the bucket', showCount(keys.keys)],
    ['recorded', showCount(keys.recorded)],
    ['without a record', showCount(keys.object_without_record)],
    ['newer than recorded', showCount(keys.newer_version)],
    ['recorded elsewhere', showCount(keys.elsewhere)],
    ['being worked on', showCount(keys.under_way)],
    ['only delete markers', showCount(keys.only_deleted)],
  ];
}

const showValue = (value: string | number | null) => (value === null ? 'nothing' : showText(String(value)));

/** A finding as lines for a terminal. */
export function describeFinding({ kind, task_id, step_id, key, version_id, differences, reason }: Finding): string[] {
  const version = version_id === null ? '' : ` (version ${showText(version_id)})`;
  const title = `${kind.replaceAll('_', ' ')}: ${showValue(task_id)} ${showValue(step_id)}, ${showValue(key)}${version}`;
  const lines = differences.map(
    ({ field, expected, found }) => `  ${showText(field)}: expected ${showValue(expected)}, found ${showValue(found)}`,
  );
  return [title, ...lines, ...(reason === null ? [] : [`  ${showText(reason)}`])];
}
