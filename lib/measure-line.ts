import type { Measurement, MetricName } from './metrics.ts';
import type { SweepCounts } from './sweep.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of these `queued` is how it should be. */
const REQUESTS = ['webhook', 'api'];

const COUNTED_CODES = new Map<unknown, MetricName>([
  ['unauthorized', 'ApiKeyRefused'],
  ['signature_invalid', 'UnverifiedWebhooks'],
  ['other_organization', 'ForeignWebhooks'],
  ['bus_unavailable', 'EventsUnpublished'],
]);

/** Only a message that names a task is tried again: one that nobody can read just comes back. */
const RETRIED: readonly unknown[] = ['returned', 'resent', 'queued'];

const count = (name: MetricName | undefined): Measurement[] => (name ? [{ name, value: 1 }] : []);

const countIf = (isSo: boolean, name: MetricName): Measurement[] => count(isSo ? name : undefined);

const measure = (name: MetricName, value: unknown): Measurement[] =>
  typeof value === 'number' ? [{ name, value }] : [];

/** What failed for good; a message that nobody can read has no task, and ends among the dead letters. */
function measureFailure({ outcome, code, task_id, step_id }: Fields): Measurement[] {
  if (outcome !== 'failed' || task_id === undefined) return [];
  return step_id === undefined ? count('TasksFailed') : [{ name: 'DocumentsFailed', value: 1, code: String(code) }];
}

function measureSweep({ unfinished, open, failed }: SweepCounts): Measurement[] {
  const putBack = unfinished.put_back + open.completed + failed.put_back;
  return [...count('SweepsCompleted'), ...measure('PutBackBySweep', putBack)];
}

/** The figures in a line of the log: one place where something happens says it to both. */
export const measureLine = (message: string, fields: Fields): Measurement[] => [
  // Whatever becomes of the message.
  ...countIf(fields.copy_ms !== undefined, 'DocumentsArchived'),
  ...countIf(fields.outcome === 'unchanged', 'DocumentsUnchanged'),
  ...countIf(
    fields.task_id !== undefined && !REQUESTS.includes(message) && RETRIED.includes(fields.outcome),
    'Retries',
  ),
  ...count(COUNTED_CODES.get(fields.code)),
  ...count(COUNTED_CODES.get(fields.unpublished)),
  ...count(COUNTED_CODES.get(fields.unwritten)),
  ...measureFailure(fields),
  ...measure('ArchivedBytes', fields.bytes),
  ...measure('CopyDuration', fields.copy_ms),
  ...measure('ArchiveAge', fields.age_seconds),
  ...(message === 'sweep' && 'unfinished' in fields ? measureSweep(fields as SweepCounts) : []),
];
