import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type ArchiveDependencies, archiveMessage } from '../lib/archive-message.ts';
import { type ArchiveRun, createArchiveRun } from '../lib/archive-run.ts';
import { describeDirect, describeQueued } from '../lib/describe-work.ts';
import { answerDirect } from '../lib/direct-answer.ts';
import { describeForLog } from '../lib/errors.ts';
import { dropCause } from '../lib/middleware/drop-cause.ts';
import { logLine } from '../lib/middleware/log-line.ts';
import { queueTransient } from '../lib/middleware/queue-transient.ts';
import { settleMessage } from '../lib/middleware/settle-message.ts';
import { validateMessage } from '../lib/middleware/validate-message.ts';
import type { Log, Queue } from '../lib/ports.ts';
import type { Message } from '../lib/queue-message.ts';
import type { Delivery } from '../lib/retry-schedule.ts';
import { connectArchive } from '../lib/runtime.ts';
import { parseSqsEvent, type SqsMessage } from '../lib/sqs-event.ts';
import { parseJson } from '../lib/validation.ts';

export type ArchiveHandlerDependencies = ArchiveDependencies & {
  log: Log;
  queue: Queue;
  random: () => number;
  maxReceiveCount: number;
};

type Attempt = { run: ArchiveRun; delivery: Delivery; message?: Message };
type QueuedEvent = Attempt & SqsMessage;
type DirectEvent = Attempt & { raw: unknown };

/**
 * Archives what a batch of messages, or one event that came directly, asks for. Each message goes its own way: one that
 * fails holds up no other.
 * @see docs/design.md "Functions"; "What the queue carries"
 */
export function createArchiveHandler(dependencies: ArchiveHandlerDependencies) {
  const { log, now, random, queue, maxReceiveCount } = dependencies;
  const archive = (event: Attempt) => archiveMessage(event.message as Message, dependencies, event);

  const archiveQueued = middy({ timeoutEarlyInMillis: 0 })
    .use(logLine({ log, now, message: 'message', describe: describeQueued }))
    .use(settleMessage(queue, now))
    .use(validateMessage(({ body }: QueuedEvent) => parseJson(body)))
    .handler(archive);

  const archiveDirect = middy({ timeoutEarlyInMillis: 0 })
    .use(dropCause())
    .use(logLine({ log, now, message: 'direct event', describe: describeDirect }))
    .use(queueTransient(queue, now))
    .use(validateMessage(({ raw }: DirectEvent) => raw))
    .handler(archive);

  const createDelivery = (receiveCount: number, isLast = receiveCount >= maxReceiveCount): Delivery => ({
    receiveCount,
    isLast,
    receivedAt: now(),
    jitter: random(),
  });

  return async (event: unknown, context: Context): Promise<unknown> => {
    const run = createArchiveRun({ now, getRemainingTimeInMillis: () => context.getRemainingTimeInMillis() });
    try {
      const messages = parseSqsEvent(event);
      // What came directly goes on the queue when it fails for now, and so never fails for the last time.
      if (!messages) {
        const direct = { raw: event, run, delivery: createDelivery(1, false) };
        return answerDirect(await archiveDirect(direct, context));
      }
      const settled = await Promise.all(
        messages.map(async (message) => {
          const delivery = createDelivery(message.receiveCount);
          const work = () => archiveQueued({ ...message, run, delivery }, context);
          const { isAcknowledged } = await run.limit(work).catch((error: unknown) => {
            const { messageId: message_id } = message;
            log('error', 'message', { message_id, outcome: 'left', ...describeForLog(error, 'record') });
            return { isAcknowledged: false };
          });
          return isAcknowledged ? [] : { itemIdentifier: message.messageId };
        }),
      );
      return { batchItemFailures: settled.flat() };
    } finally {
      run.end();
    }
  };
}

export const handler = createArchiveHandler(connectArchive());
