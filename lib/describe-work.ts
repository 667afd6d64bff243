import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ArchiveResult } from './archive-message.ts';
import type { StepResult } from './archive-step.ts';
import { describeCopy } from './describe-copy.ts';
import { describeForLog, PermanentError } from './errors.ts';
import type { Queued } from './middleware/queue-transient.ts';
import type { Settled } from './middleware/settle-message.ts';
import type { Message } from './queue-message.ts';
import type { Delivery } from './retry-schedule.ts';
import { isTaskEvent, type WebhookEvent } from './webhook-event.ts';

/** The fields of a webhook's line; nothing is known of a body that was not let in. */
export function describeWebhook(
  { webhookEvent: event, isForeign }: { webhookEvent?: WebhookEvent; isForeign?: boolean },
  answer: APIGatewayProxyStructuredResultV2 | null | undefined,
) {
  return {
    ...(event && { event: event.event.slice(0, 128), event_id: event.event_id }),
    ...(event && isTaskEvent(event) && { task_id: event.data.task_id }),
    outcome: answer?.statusCode === 202 ? JSON.parse(answer.body as string).status : 'refused',
    ...(isForeign && { code: 'other_organization' }),
    status: answer?.statusCode,
  };
}

const readOccurredAt = (message: Message | undefined) =>
  message && 'trigger' in message ? message.trigger.occurredAt : undefined;

function describeMessage(message: Message | undefined) {
  if (message === undefined) return {};
  if (message.kind === 'ignored') return { event: message.event.slice(0, 128) };
  const { event, eventId } = message.trigger;
  const stepId = message.kind === 'step' ? message.stepId : undefined;
  return { task_id: message.taskId, step_id: stepId, event, event_id: eventId };
}

function describeResult(result: ArchiveResult, occurredAt: string | undefined) {
  if (result.kind === 'ignored') return { outcome: 'ignored' };
  if (result.kind === 'noted')
    return { outcome: 'noted', ...(result.unwritten && { unwritten: result.unwritten.code }) };
  const { failure } = result;
  const failed = failure && describeForLog(failure, failure.stage);
  if (result.kind === 'task') return { outcome: result.record.status.toLowerCase(), ...failed };
  const { record, copyMs, unpublished, manifest, unwritten } = result;
  return {
    outcome: nameOutcome(result),
    ...describeCopy(record, copyMs, occurredAt),
    attempt: record.attempts,
    ...failed,
    ...(unpublished && { unpublished: unpublished.code }),
    ...(manifest !== undefined && { manifest }),
    ...(unwritten && { unwritten: unwritten.code }),
  };
}

function nameOutcome({ record, copyMs, failure }: StepResult): string {
  if (record.status === 'PURGED') return 'purged';
  if (copyMs !== undefined) return 'archived';
  if (!failure) return 'unchanged';
  if (record.status !== 'ARCHIVED') return record.status.toLowerCase();
  // Archived it stays; what was to become a newer copy is what failed, or is not there any more.
  return failure instanceof PermanentError ? 'failed' : 'kept';
}

const OUTCOMES = { acknowledge: 'acknowledged', return: 'returned', resend: 'resent' };

/** The fields of the line of one message of the queue. */
export function describeQueued(
  { message, delivery, messageId }: { message?: Message; delivery: Delivery; messageId: string },
  settled: ArchiveResult | Settled<ArchiveResult> | null | undefined,
) {
  const { settlement, result } = settled as Settled<ArchiveResult>;
  const isDead = delivery.isLast && settlement.action === 'return';
  return {
    ...describeMessage(message),
    message_id: messageId,
    receive_count: delivery.receiveCount,
    ...(result
      ? describeResult(result, readOccurredAt(message))
      : { outcome: isDead ? 'failed' : OUTCOMES[settlement.action], delay_seconds: settlement.delaySeconds }),
  };
}

/** The fields of the line of an event that came directly. */
export function describeDirect({ message }: { message?: Message }, result: ArchiveResult | Queued | null | undefined) {
  const described =
    result && ('kind' in result ? describeResult(result, readOccurredAt(message)) : { outcome: result.status });
  return { ...describeMessage(message), ...described };
}
