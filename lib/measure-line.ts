import type { Measurement, MetricName } from './metrics.ts';
import type { Log } from './ports.ts';
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

const COUNTED_OUTCOMES = new Map<unknown, MetricName>([
  ['archived', 'DocumentsArchived'],
  ['unchanged', 'DocumentsUnchanged'],
  ['returned', 'Retries'],
  ['resent', 'Retries'],
  ['queued', 'Retries'],
]);

const count = (name: MetricName | undefined): Measurement[] => (name ? [{ name, value: 1 }] : []);

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
  ...count(COUNTED_OUTCOMES.get(REQUESTS.includes(message) ? undefined : fields.outcome)),
  ...count(COUNTED_CODES.get(fields.code)),
  ...measureFailure(fields),
  ...measure('ArchivedBytes', fields.bytes),
  ...measure('CopyDuration', fields.copy_ms),
  ...measure('ArchiveAge', fields.age_seconds),
  ...(message === 'sweep' && 'unfinished' in fields ? measureSweep(fields as SweepCounts) : []),
];

/** A log whose lines are measured as well. */
export const measureLines =
  (log: Log, record: (measurement: Measurement) => void): Log =>
  (level, message, fields) => {
    log(level, message, fields);
    measureLine(message, fields).forEach(record);
  };
