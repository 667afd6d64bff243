import type { MiddlewareObj } from '@middy/core';
import { classifyError, TransientError } from '../errors.ts';
import type { Queue } from '../ports.ts';
import { chooseDelay, type Delivery } from '../retry-schedule.ts';
import { MAX_SEND_DELAY_SECONDS } from '../settle-message.ts';

type Event = { raw: unknown; delivery: Delivery };

export type Queued = { status: 'queued' };

/** A direct event that fails for now goes on the queue, as it is; only if that fails, too, does its caller hear of it. */
export const queueTransient = <Result>(queue: Queue, now: () => number): MiddlewareObj<Event, Result | Queued> => ({
  onError: async (request) => {
    const error = classifyError(request.error, 'download');
    if (!(error instanceof TransientError)) return;
    const { raw, delivery } = request.event;
    const delaySeconds = Math.min(chooseDelay(error.retry, delivery, now()), MAX_SEND_DELAY_SECONDS);
    const isQueued = await queue.send(JSON.stringify(raw), { delaySeconds }).then(
      () => true,
      () => false,
    );
    if (isQueued) request.response = { status: 'queued' } satisfies Queued;
  },
});
