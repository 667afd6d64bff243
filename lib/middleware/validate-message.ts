import type { MiddlewareObj } from '@middy/core';
import { type Message, parseMessage } from '../queue-message.ts';

/** What is archived for: a message of the queue, or an event that came directly. */
export type Validated<Source> = Source & { message?: Message };

/**
 * Puts the parsed message beside what it was read from.
 * @throws RefusedError `invalid` naming each field and what was expected
 */
export const validateMessage = <Event extends Validated<object>>(
  readBody: (event: Event) => unknown,
): MiddlewareObj<Event> => ({
  before: ({ event }) => {
    event.message = parseMessage(readBody(event));
  },
});
