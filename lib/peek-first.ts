/** Reads the first chunk of a stream ahead; `all` still has every byte, and `first` none once whoever reads them has freed its memory. */
export async function peekFirst(bytes: AsyncIterable<Buffer>): Promise<{ first: Buffer; all: AsyncIterable<Buffer> }> {
  const chunks = bytes[Symbol.asyncIterator]();
  const { done, value } = await chunks.next();
  const first = done ? Buffer.alloc(0) : value;
  async function* readAll() {
    try {
      yield first;
      for (;;) {
        const next = await chunks.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  }
  return { first, all: readAll() };
}
