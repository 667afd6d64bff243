import type { StepId, Table, TableQueries } from '../lib/ports.ts';
import type { StepRecord, TaskRecord } from '../lib/record.ts';
import type { SendMessages } from './adapters/archive-messages.ts';
import type { RedriveReport } from './redrive-report.ts';

/** What both halves of `redrive` work with. */
export type RedriveTools = {
  table: Pick<Table, 'read'> & Pick<TableQueries, 'listUnfinished'>;
  /** Does nothing on a dry run. */
  send: SendMessages;
  report: RedriveReport;
  /** The documents and tasks that this run has sent a message for, by `nameStep`. */
  sent: Set<string>;
  selection: Selection;
  signal: AbortSignal;
};

/** Only what has this code, if one is named, and has not changed since then. */
export type Selection = { code: string | undefined; until: Date };

export const nameStep = ({ taskId, stepId }: StepId): string => `${taskId} ${stepId}`;

export const readCode = ({ error }: Pick<StepRecord | TaskRecord, 'error'>): string => error?.code ?? 'unknown';
