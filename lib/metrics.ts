/** Where CloudWatch keeps what is measured. Its dimension is `service`: the deployment, such as `chamelio-archive-prod`. */
export const METRIC_NAMESPACE = 'ChamelioArchive';

/**
 * What is measured, with its unit. The alarms and the dashboard take the names from here.
 * @see docs/operations.md "What is measured"
 */
export const METRICS = {
  DocumentsArchived: 'Count',
  DocumentsUnchanged: 'Count',
  /** Also by `code`, in a dimension of its own. */
  DocumentsFailed: 'Count',
  /** Tasks whose documents could not be found. */
  TasksFailed: 'Count',
  ArchivedBytes: 'Bytes',
  CopyDuration: 'Milliseconds',
  /** From the workflow's event to the archived object. */
  ArchiveAge: 'Seconds',
  /** Messages that come back for another try. */
  Retries: 'Count',
  /** Answers 401 of the vendor. */
  ApiKeyRefused: 'Count',
  UnverifiedWebhooks: 'Count',
  /** Signed events of another organisation. */
  ForeignWebhooks: 'Count',
  SweepsCompleted: 'Count',
  /** What sweep put on the queue again. */
  PutBackBySweep: 'Count',
  /** Events that the bus did not take; they are published later. */
  EventsUnpublished: 'Count',
} as const;

export type MetricName = keyof typeof METRICS;

/** One figure; `code` says which failure it counts. */
export type Measurement = { name: MetricName; value: number; code?: string | undefined };
