import type { SQSEvent } from 'aws-lambda';
import { createSqsEvent } from '../../local/sqs-event.ts';
import type { Document } from './contender.ts';

export const WEBHOOK_SECRET = 's'.repeat(64);
const ORGANIZATION_ID = 'org_northwind'.padEnd(36, 'x');
const WORKFLOW_ID = 'wf_msa_review'.padEnd(36, 'x');
const OCCURRED_AT = '2025-11-24T09:30:12.418Z';

/** What set it off, as a message of ours carries it. */
const describeTrigger = (taskId: string) => ({
  event: 'flows.tasks.completed',
  event_id: `evt_${taskId}`,
  organization_id: ORGANIZATION_ID,
  workflow_id: WORKFLOW_ID,
  workflow_name: 'Master Services Agreement',
  occurred_at: OCCURRED_AT,
});

/** The messages of a batch as Lambda hands them over. */
export const createBatch = (batch: readonly Document[]): SQSEvent =>
  createSqsEvent(
    batch.map(({ taskId, stepId }) => ({
      MessageId: `message_of_${taskId}`,
      ReceiptHandle: `receipt_of_${taskId}`,
      Body: JSON.stringify({ task_id: taskId, step_id: stepId, ...describeTrigger(taskId) }),
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.parse(OCCURRED_AT)) },
    })),
    'arn:aws:sqs:eu-central-1:000000000000:archive',
  );

/** What the vendor tells of a task, in its own words. */
export const createWebhook = (taskId: string): string =>
  JSON.stringify({
    event: 'flows.tasks.completed',
    event_id: `evt_${taskId}`,
    organization_id: ORGANIZATION_ID,
    timestamp: OCCURRED_AT,
    data: {
      task_id: taskId,
      workflow_id: WORKFLOW_ID,
      workflow_name: 'Master Services Agreement',
      initiated_by: 'dana.levi@example.com',
      completed_at: OCCURRED_AT,
      duration_hours: 504.3,
      variables: { counterparty: 'Northwind Traders Ltd', contract_value: 185_000, currency: 'EUR' },
      outputs: { signed_document_id: `document_${taskId}_5` },
    },
  });
