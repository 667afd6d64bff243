import { writeRequest } from '../lib/queue-message.ts';
import { type StepRecord, TASK_STEP_ID, type TaskRecord, tryToReadRecord } from '../lib/record.ts';
import { SHARDS } from '../lib/shard.ts';
import { pickTrigger } from '../lib/trigger.ts';
import { nameStep, readCode, type RedriveTools } from './redrive-tools.ts';

const BATCH_SIZE = 10;

/**
 * Sends a message for each record that is `FAILED`: of what failed for good, nothing else is left. The record stays as it is
 * until archive takes the message.
 * @see docs/design.md "The record", unfinished
 */
export async function redriveFailed({ table, send, report, sent, selection, signal }: RedriveTools): Promise<void> {
  const { code, until } = selection;

  async function sendAll(records: readonly (StepRecord | TaskRecord)[]): Promise<void> {
    await send(
      records.map((record) => {
        const { taskId, stepId } = record;
        return writeRequest({ taskId, ...(stepId !== TASK_STEP_ID && { stepId }), trigger: pickTrigger(record) });
      }),
    );
    for (const record of records) {
      sent.add(nameStep(record));
      report.count({ kind: 'record', reason: readCode(record), fate: 'sent' });
    }
  }

  for (const shard of SHARDS) {
    let batch: (StepRecord | TaskRecord)[] = [];
    // What fails again meanwhile is younger than that, and is not sent a second time.
    for await (const item of table.listUnfinished(`f${shard}`, { until })) {
      if (signal.aborted) return;
      const record = tryToReadRecord(item);
      if (!record) report.count({ kind: 'record', reason: 'record_unreadable', fate: 'left' });
      else if (code === undefined || readCode(record) === code) batch.push(record);
      if (batch.length < BATCH_SIZE) continue;
      await sendAll(batch);
      batch = [];
    }
    await sendAll(batch);
  }
}
