/** Buffers of one size that are used again: left to the garbage collector, those of a large document would pile up. */
export type BufferPool = {
  take: () => Buffer;
  /** Whoever gives a buffer back, or a part of it, has done with its bytes. */
  giveBack: (buffer: Buffer) => void;
};

/** Makes a buffer only when none is free. */
export function createBufferPool(sizeBytes: number): BufferPool {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(sizeBytes),
    giveBack: ({ buffer }) => {
      if (buffer.byteLength === sizeBytes) free.push(Buffer.from(buffer));
    },
  };
}
