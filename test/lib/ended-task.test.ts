import { describe, expect, it } from '@jest/globals';
import { readEndedTask } from '../../lib/ended-task.ts';

const times = { created_at: '2026-03-02T12:00:00.000Z', updated_at: '2026-03-02T12:00:00.000Z' };
const taskItem = { task_id: '1', step_id: '#task', status: 'DISCOVERED', step_ids: ['a', 'b'], ...times };
const step = (step_id: string, status: string) => ({ task_id: '1', step_id, status, ...times });

const readEnded = async (steps: object[], task: object = {}) => {
  const ended = await readEndedTask({ ...taskItem, ...task }, [taskItem, ...(steps as Record<string, unknown>[])]);
  return ended?.documents.map(({ stepId, status }) => `${stepId} ${status}`);
};

describe('a task', () => {
  it.each(['ARCHIVED', 'NOT_AVAILABLE', 'NOT_FOUND', 'FAILED'])(
    'has ended with a document that is %s',
    async (status) => {
      expect(await readEnded([step('a', 'ARCHIVED'), step('b', status)])).toEqual(['a ARCHIVED', `b ${status}`]);
    },
  );

  it('has not ended while a step that it names has no record', async () => {
    expect(await readEnded([step('a', 'ARCHIVED')])).toBeUndefined();
  });

  it.each(['PENDING', 'COPYING'])('has not ended while a document is %s, named or not', async (status) => {
    expect(await readEnded([step('a', 'ARCHIVED'), step('b', status)])).toBeUndefined();
    expect(await readEnded([step('a', 'ARCHIVED'), step('b', 'ARCHIVED'), step('c', status)])).toBeUndefined();
  });

  it('has ended with documents that it does not name, too', async () => {
    const steps = [step('a', 'ARCHIVED'), step('b', 'ARCHIVED'), step('c', 'FAILED')];

    expect(await readEnded(steps)).toEqual(['a ARCHIVED', 'b ARCHIVED', 'c FAILED']);
  });

  it.each(['OPEN', 'CANCELED', 'NOT_FOUND', 'FAILED', 'PURGED', 'SPOILT'])(
    'has not ended while it is %s',
    async (status) => {
      expect(await readEnded([step('a', 'ARCHIVED'), step('b', 'ARCHIVED')], { status })).toBeUndefined();
    },
  );

  it('that names no step has ended with the documents that have a record', async () => {
    expect(await readEnded([step('a', 'ARCHIVED')], { step_ids: undefined })).toEqual(['a ARCHIVED']);
  });

  it.each([[[]], [undefined]])('without documents has nothing to say (%j)', async (step_ids) => {
    expect(await readEnded([], { step_ids })).toBeUndefined();
  });

  it('has not ended while a record says nothing that can be read', async () => {
    expect(await readEnded([step('a', 'ARCHIVED'), step('b', 'LOST')])).toBeUndefined();
  });

  it('is looked through no further than to the first document that has not ended', async () => {
    const looked: string[] = [];
    async function* follow() {
      for (const record of [step('a', 'PENDING'), step('b', 'ARCHIVED')]) {
        looked.push(record.step_id);
        yield record;
      }
    }
    await readEndedTask(taskItem, follow());

    expect(looked).toEqual(['a']);
  });
});
