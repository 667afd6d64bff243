import type { MiddlewareObj } from '@middy/core';
import { classifyError } from '../errors.ts';
import type { Queue } from '../ports.ts';
import type { Delivery } from '../retry-schedule.ts';
import { decideSettlement, type Settlement, settleMessage as settle } from '../settle-message.ts';

type Event = { body: string; receiptHandle: string; delivery: Delivery };

export type Settled<Result> = { settlement: Settlement; isAcknowledged: boolean; result?: Result };

/** Acknowledges what went well, and settles what did not. */
export const settleMessage = <Result>(
  queue: Queue,
  now: () => number,
): MiddlewareObj<Event, Result | Settled<Result>> => ({
  after: (request) => {
    const settlement = { action: 'acknowledge', delaySeconds: 0 } as const;
    request.response = { settlement, isAcknowledged: true, result: request.response as Result };
  },
  onError: async (request) => {
    const settlement = decideSettlement(classifyError(request.error, 'download'), request.event.delivery, now());
    request.response = { settlement, ...(await settle(settlement, request.event, queue)) };
  },
});
