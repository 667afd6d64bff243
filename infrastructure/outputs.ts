import { bucketName } from './bucket.ts';
import { fillIn, type Reference, refer } from './cloudformation.ts';
import type { Settings } from './settings.ts';

type Output = { Description: string; Value: Reference };

/** What `serverless info --verbose` shows to an operator. */
export function describeOutputs(settings: Settings): Record<string, Output> {
  return {
    WebhookUrl: {
      Description: 'Register this URL at Chamelio',
      Value: fillIn('https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/webhooks/chamelio'),
    },
    ApiUrl: {
      Description: "The base URL of the HTTP API, for clients of the vendor's",
      Value: fillIn('https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}'),
    },
    ArchiveBucketName: { Description: 'The archived documents', Value: bucketName(settings) },
    // Whoever asks for it where it is not there gets nothing, which is what it is.
    ...(settings.keyPrefix && {
      ArchiveKeyPrefix: { Description: 'What their keys begin with', Value: settings.keyPrefix },
    }),
    ArchiveTableName: { Description: 'The records', Value: refer('ArchiveTable') },
    ArchiveQueueUrl: {
      Description: "Where a producer of one's own sends its messages",
      Value: refer('ArchiveQueue'),
    },
    DeadLetterQueueUrl: { Description: 'Messages that failed for good', Value: refer('DeadLetterQueue') },
    EventDeadLetterQueueUrl: {
      Description: 'Events that EventBridge could not put on the queue',
      Value: refer('EventDeadLetterQueue'),
    },
  };
}
