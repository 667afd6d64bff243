import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parseSqsEvent } from '../../lib/sqs-event.ts';

const batch = JSON.parse(readFileSync(new URL('../../events/sqs.batch.json', import.meta.url), 'utf8'));
const [record] = batch.Records;

it('reads the messages of a batch, with their receive counts as numbers', () => {
  expect(parseSqsEvent(batch)).toEqual([
    {
      messageId: '059f36b4-87a3-44ab-83d2-661975830a7d',
      receiptHandle: 'AQEBq4YVBj/2pUxh2DIDkgKHo51XlbPPVMGNNtZVEe8IJEQ=',
      body: '{"task_id":"task_demo","step_id":"draft_step"}',
      receiveCount: 1,
    },
    expect.objectContaining({ messageId: '2e1424d4-f796-459a-8184-9c92662be6da', receiveCount: 2 }),
  ]);
});

it('reads a batch of nothing', () => {
  expect(parseSqsEvent({ Records: [] })).toEqual([]);
});

it.each([
  ['a direct event', { task_id: '12345' }],
  ['records of another source', { Records: [{ ...record, eventSource: 'aws:s3' }] }],
  ['a record without a receive count', { Records: [{ ...record, attributes: {} }] }],
  ['text', 'text'],
  ['nothing', undefined],
])('takes %s for no batch', (_, event) => {
  expect(parseSqsEvent(event)).toBeUndefined();
});
