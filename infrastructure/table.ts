import { type Resources, RETAIN } from './cloudformation.ts';

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const keys = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' },
  { AttributeName: sort, KeyType: 'RANGE' },
];

/** The records. @see docs/design.md "The record" */
export function describeTable(): Resources {
  return {
    ArchiveTable: {
      Type: 'AWS::DynamoDB::Table',
      ...RETAIN,
      Properties: {
        BillingMode: 'PAY_PER_REQUEST', // bursts after quiet nights, and a handful of writes a document
        DeletionProtectionEnabled: true,
        SSESpecification: { SSEEnabled: true }, // by the AWS managed key, whose use CloudTrail shows
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        AttributeDefinitions: [text('task_id'), text('step_id'), text('unfinished'), text('updated_at')],
        KeySchema: keys('task_id', 'step_id'),
        GlobalSecondaryIndexes: [
          {
            IndexName: 'unfinished', // sparse: only what still has something to do is in it
            KeySchema: keys('unfinished', 'updated_at'),
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
    },
  };
}
