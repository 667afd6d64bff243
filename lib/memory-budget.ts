export type Reservation = {
  /** Gives back what turned out not to be needed. */
  shrinkTo: (bytes: number) => void;
  /** Gives all back and waits for as much as at first: nobody waits with memory in hand. */
  renew: (signal: AbortSignal) => Promise<void>;
  release: () => void;
};

export type MemoryBudget = { reserve: (bytes: number, signal: AbortSignal) => Promise<Reservation> };

/** Memory that the documents of one invocation share: first come, first served, and the rest waits. */
export function createMemoryBudget(totalBytes: number): MemoryBudget {
  let freeBytes = totalBytes;
  const waiting: { bytes: number; grant: () => void }[] = [];

  function grantWaiting() {
    for (let next = waiting[0]; next && next.bytes <= freeBytes; next = waiting[0]) {
      waiting.shift();
      freeBytes -= next.bytes;
      next.grant();
    }
  }

  async function waitForTurn(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const entry = { bytes, grant: resolve };
      const leave = () => {
        const index = waiting.indexOf(entry);
        if (index >= 0) waiting.splice(index, 1);
        reject(signal.reason);
        grantWaiting();
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(entry);
      grantWaiting();
    });
  }

  return {
    async reserve(bytes, reserveSignal) {
      await waitForTurn(bytes, reserveSignal);
      let heldBytes = bytes;
      const shrinkTo = (kept: number) => {
        freeBytes += Math.max(0, heldBytes - kept);
        heldBytes = Math.min(heldBytes, kept);
        grantWaiting();
      };
      return {
        shrinkTo,
        async renew(signal) {
          shrinkTo(0);
          await waitForTurn(bytes, signal);
          heldBytes = bytes;
        },
        release: () => shrinkTo(0),
      };
    },
  };
}
