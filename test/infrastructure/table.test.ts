import { expect, it } from '@jest/globals';
import { describeTable } from '../../infrastructure/table.ts';

const { ArchiveTable } = describeTable();

it('has the keys and the sparse index of the contract', () => {
  expect(ArchiveTable?.Properties).toMatchObject({
    AttributeDefinitions: ['task_id', 'step_id', 'unfinished', 'updated_at'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'unfinished',
        KeySchema: [
          { AttributeName: 'unfinished', KeyType: 'HASH' },
          { AttributeName: 'updated_at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    KeySchema: [
      { AttributeName: 'task_id', KeyType: 'HASH' },
      { AttributeName: 'step_id', KeyType: 'RANGE' },
    ],
  });
});

it('is paid for by request', () => {
  expect(ArchiveTable?.Properties.BillingMode).toBe('PAY_PER_REQUEST');
});

it('is encrypted with a key whose use CloudTrail shows', () => {
  expect(ArchiveTable?.Properties.SSESpecification).toEqual({ SSEEnabled: true });
});

it('can be set back to any second of the last weeks', () => {
  expect(ArchiveTable?.Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
});

it('is protected from deletion and outlives the stack, without a fixed name', () => {
  expect(ArchiveTable).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  expect(ArchiveTable?.Properties.DeletionProtectionEnabled).toBe(true);
  expect(ArchiveTable?.Properties).not.toHaveProperty('TableName');
});
