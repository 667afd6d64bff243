export type Reservation = {
  /** Gives back what turned out not to be needed. */
  shrinkTo: (bytes: number) => void;
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

  function createReservation(bytes: number): Reservation {
    let heldBytes = bytes;
    const shrinkTo = (kept: number) => {
      freeBytes += Math.max(0, heldBytes - kept);
      heldBytes = Math.min(heldBytes, kept);
      grantWaiting();
    };
    return { shrinkTo, release: () => shrinkTo(0) };
  }

  return {
    async reserve(bytes, signal) {
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
      return createReservation(bytes);
    },
  };
}
