import { readTaskRecord, type TaskRecord } from '../../lib/record.ts';

const time = '2026-03-02T12:00:00.000Z';

/** The record of a task as discovery leaves it; `more` says otherwise. */
export const createTaskRecord = (taskId: string, more: Partial<TaskRecord> = {}): TaskRecord => ({
  ...readTaskRecord({ task_id: taskId, step_id: '#task', status: 'DISCOVERED', created_at: time, updated_at: time }),
  ...more,
});
