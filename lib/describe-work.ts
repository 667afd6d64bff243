import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ArchiveResult } from './archive-message.ts';
import { describeForLog } from './errors.ts';
import type { Settled } from './middleware/settle-message.ts';
import type { RecordedError } from './ports.ts';
import type { Message } from './queue-message.ts';
import type { Delivery } from './retry-schedule.ts';
import { isTaskEvent, type WebhookEvent } from './webhook-event.ts';

/** The fields of a webhook's line; nothing is known of a body that was not let in. */
export function describeWebhook(
  { webhookEvent: event }: { webhookEvent?: WebhookEvent },
  answer: APIGatewayProxyStructuredResultV2 | null | undefined,
) {
  return {
    ...(event && { event: event.event.slice(0, 128), event_id: event.event_id }),
    ...(event && isTaskEvent(event) && { task_id: event.data.task_id }),
    outcome: answer?.statusCode === 202 ? JSON.parse(answer.body as string).status : 'refused',
    status: answer?.statusCode,
  };
}

function describeMessage(message: Message | undefined) {
  if (message === undefined) return {};
  if (message.kind === 'ignored') return { event: message.event.slice(0, 128) };
  const { event, eventId } = message.trigger;
  const stepId = message.kind === 'step' ? message.stepId : undefined;
  return { task_id: message.taskId, step_id: stepId, event, event_id: eventId };
}

function describeResult(result: ArchiveResult) {
  if (result.kind === 'ignored' || result.kind === 'noted') return { outcome: result.kind };
  const { failure } = result;
  const failed = failure && describeForLog(failure, failure.stage);
  if (result.kind === 'task') return { outcome: result.record.status.toLowerCase(), ...failed };
  const { record, isCopied } = result;
  const bytes = isCopied ? record.sizeBytes : undefined;
  const copied = isCopied ? 'archived' : 'unchanged';
  return { outcome: failure ? record.status.toLowerCase() : copied, bytes, attempt: record.attempts, ...failed };
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
      ? describeResult(result)
      : { outcome: isDead ? 'failed' : OUTCOMES[settlement.action], delay_seconds: settlement.delaySeconds }),
  };
}

type Answer = { status?: string; size_bytes?: number; attempts?: number; error?: RecordedError };

/** The fields of the line of an event that came directly. */
export function describeDirect({ message }: { message?: Message }, answer: unknown) {
  const { status, size_bytes: bytes, attempts: attempt, error } = (answer ?? {}) as Answer;
  const failed = error && { stage: error.stage, code: error.code, reason: error.message };
  return { ...describeMessage(message), outcome: status?.toLowerCase(), bytes, attempt, ...failed };
}
