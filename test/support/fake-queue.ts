import type { Queue } from '../../lib/ports.ts';

/** A queue that writes down what it is asked for; `isDown`: it takes nothing. */
export function createFakeQueue({ isDown = false } = {}) {
  const calls: unknown[] = [];
  const record = async (...call: unknown[]) => {
    calls.push(call);
    if (isDown) throw new Error('down');
  };
  const queue: Queue = {
    send: (...call) => record('send', ...call),
    sendAll: (...call) => record('sendAll', ...call),
    changeVisibility: (...call) => record('changeVisibility', ...call),
  };
  return { queue, calls };
}
