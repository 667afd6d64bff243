import { expect, it } from '@jest/globals';
import { answerDirect } from '../../lib/direct-answer.ts';
import { PermanentError } from '../../lib/errors.ts';
import { createStepRecord } from '../support/archive-fakes.ts';
import { createTaskRecord } from '../support/create-task-record.ts';

const failure = new PermanentError({ stage: 'discover', code: 'too_large', message: 'b' });
const step = createStepRecord({ taskId: '1', stepId: 'review' }, { status: 'ARCHIVED', sizeBytes: 8 });
const task = createTaskRecord('1', { stepIds: ['a', 'b'] });

it.each([
  ['an event that is ignored', { kind: 'ignored', event: 'odd' }, { status: 'ignored', event: 'odd' }],
  ['a cancellation of a task never heard of', { kind: 'noted', record: undefined }, { status: 'ignored' }],
  ['a discovery', { kind: 'task', record: task }, { status: 'discovered', step_ids: ['a', 'b'] }],
] as const)('answers %s', (_, result, answer) => {
  expect(answerDirect(result)).toEqual(answer);
});

it.each([
  ['a task that is noted', { kind: 'noted', record: task }, { task_id: '1', step_id: '#task', step_ids: ['a', 'b'] }],
  ['a discovery that failed', { kind: 'task', record: task, failure }, { task_id: '1', status: 'DISCOVERED' }],
  ['a step', { kind: 'step', record: step, isCopied: true }, { step_id: 'review', status: 'ARCHIVED', size_bytes: 8 }],
] as const)('answers %s with its record, in the names of the contract', (_, result, answer) => {
  expect(answerDirect(result)).toMatchObject(answer);
});
