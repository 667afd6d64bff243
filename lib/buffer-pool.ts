/**
 * Buffers of one size that are used again: left to the garbage collector, those of a large document would pile up, and new
 * memory takes the system as long to hand out as it takes to fill.
 */
export type BufferPool = {
  take: () => Buffer;
  /** Whoever gives buffers back, or parts of them, has done with their bytes. */
  giveBack: (buffers: readonly Buffer[]) => void;
};

/** Makes a buffer only when none is free. */
export function createBufferPool(sizeBytes: number): BufferPool {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(sizeBytes),
    giveBack: (buffers) => void free.push(...buffers.map(({ buffer }) => Buffer.from(buffer))),
  };
}
