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

const { messageId, receiptHandle, body } = record;
const read = { messageId, receiptHandle, body, receiveCount: 1 };

it.each([
  ['without a receive count', { ...record, attributes: {} }, read],
  ['with a receive count that is none', { ...record, attributes: { ApproximateReceiveCount: 'many' } }, read],
  ['without attributes', { ...record, attributes: undefined }, read],
  ['without a body', { ...record, body: undefined }, { ...read, body: '' }],
  ['without a receipt', { ...record, receiptHandle: null }, { ...read, receiptHandle: '' }],
  ['without an id', { ...record, messageId: 7 }, { ...read, messageId: '' }],
  ['of another source', { ...record, eventSource: 'aws:s3' }, read],
  ['that is no object', 'text', { messageId: '', receiptHandle: '', body: '', receiveCount: 1 }],
])('keeps a record %s in its batch', (_, odd, expected) => {
  expect(parseSqsEvent({ Records: [record, odd] })).toEqual([read, expected]);
});

it.each([
  ['a direct event', { task_id: '12345' }],
  ['records of another source', { Records: [{ ...record, eventSource: 'aws:s3' }] }],
  ['text', 'text'],
  ['nothing', undefined],
])('takes %s for no batch', (_, event) => {
  expect(parseSqsEvent(event)).toBeUndefined();
});
